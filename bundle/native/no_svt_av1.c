/* SVT-AV1 for an FFmpeg that is never asked to write AV1: every call says EB_ErrorBadParameter, which FFmpeg reports. */
#define REFUSES(name) int name(void) { return (int)0x80001005; }
