/* libx265 for programs that never ask for H.265: it hands out no interface, which FFmpeg and libheif report as an error. */
void *X265_API_GET(int bit_depth)
{
    (void)bit_depth;
    return 0;
}

void x265_cleanup(void) {}
