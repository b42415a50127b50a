// The child of builds with sanitizers: the engine library does not survive in an instrumented
// process. Everywhere else the program starts itself.

#include "adapters/engine/engine_child.h"

int main(int argc, char** argv) { return shelfcast::adapters::engine_child_main(argc, argv); }
