#!/usr/bin/env bash
# usage: fresh_root.sh [COMMAND…]    default: ./dev demo --once    (as root)
# Makes a bare Debian 12 root (debootstrap: git and bash only), puts a clone of this tree as it stands
# into it, with this machine's settings of the package clients, and runs COMMAND there.
# FRESH_ROOT names the folder (default /tmp/fresh-root). It is kept: remove it for a really fresh one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=${FRESH_ROOT:-/tmp/fresh-root}
clone=$root/srv/shelfcast

[ "$(id -u)" -eq 0 ] || { echo "fresh_root.sh: needs root" >&2; exit 2; }
command -v debootstrap > /dev/null || { echo "fresh_root.sh: apt-get install debootstrap" >&2; exit 2; }
if [ ! -d "$root/usr" ]; then
    mirror=$(awk '/^URIs/ {print $2; exit}' /etc/apt/sources.list.d/*.sources)
    debootstrap --variant=minbase --include=ca-certificates,git,bash bookworm "$root" "$mirror" > /dev/null
fi
rm -f "$root/etc/apt/sources.list"
cp /etc/apt/sources.list.d/*.sources "$root/etc/apt/sources.list.d/"
for file in /etc/apt/apt.conf.d/99* /etc/resolv.conf /etc/hosts /etc/pip.conf /etc/npmrc "$HOME/.npmrc" \
    /etc/ssl/certs/ca-certificates.crt; do
    [ ! -f "$file" ] || cp "$file" "$root$file"
done
[ ! -f "$root$HOME/.npmrc" ] || sed -i '/^nodedir/d' "$root$HOME/.npmrc"

rm -rf "$clone"
mkdir -p "$clone"
git ls-files -z --cached --others --exclude-standard |
    while IFS= read -r -d '' file; do [ ! -f "$file" ] || printf '%s\0' "$file"; done |
    tar --null -cf - -T - | tar -xf - -C "$clone"
git -C "$clone" init -q
git -C "$clone" add -A
git -C "$clone" -c user.name=fresh -c user.email=fresh@localhost commit -q -m "the tree as it stands"

trap 'umount -l "$root/dev" "$root/proc" "$root/sys" 2> /dev/null || true' EXIT
mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"
mountpoint -q "$root/dev" || { mount --rbind /dev "$root/dev" && mount --make-rslave "$root/dev"; }
mountpoint -q "$root/sys" || mount -t sysfs sys "$root/sys" 2> /dev/null || true
time chroot "$root" /usr/bin/env -i HOME="$HOME" LANG=C.UTF-8 \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    bash -c "cd /srv/shelfcast && ${*:-./dev demo --once}"
