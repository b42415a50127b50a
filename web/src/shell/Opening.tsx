/** While it is not known yet who is there. index.html has the same, which is seen before any script has come. */
export function Opening() {
  return (
    <main>
      <div className="opening" aria-busy="true">
        <img src="/icon.svg" alt="" width="36" height="36" />
        <h1>shelfcast</h1>
      </div>
    </main>
  );
}
