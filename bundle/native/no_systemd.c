/* libsystemd for D-Bus' library, which asks it only in a server that systemd has started: no, and nothing came with it. */
#define SAYS_NO(name) int name(void) { return 0; }
