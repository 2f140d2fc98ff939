/* ICU's data file without data, as ICU's own "stubdata" is: a header and an empty table of contents.
 *
 * Qt asks ICU for collation and for old text encodings only, and does without where ICU has no data. The real file is
 * 32 MB. Layout: ICU's udata.h (UDataInfo) and ucmndata.h (DataHeader, UDataOffsetTOC). */
#include <stdint.h>

struct data_header {
    uint16_t header_size;
    uint8_t magic1, magic2;
    uint16_t info_size, reserved_word;
    uint8_t is_big_endian, charset_family, size_of_uchar, reserved_byte;
    uint8_t data_format[4], format_version[4], data_version[4];
    uint8_t padding[8];
    uint32_t count, reserved[5];
};

const struct data_header ICU_ENTRY_POINT = {
    32, 0xda, 0x27, 20, 0, 0, 0, 2, 0, {'T', 'o', 'C', 'P'}, {1, 0, 0, 0}, {0, 0, 0, 0}, {0}, 0, {0},
};
