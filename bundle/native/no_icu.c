/* ICU for a Qt that then does without: every call that can fail says U_MISSING_RESOURCE_ERROR or hands out nothing.
 *
 * Qt asks ICU for the order of words, old text encodings, names of time zones and capital letters, and has its own way
 * for each where ICU fails; the app needs none of them. ICU's libraries and its data are 39 MB. Signatures: ICU's
 * unicode/ucol.h, ucal.h, ucnv.h, ucnv_cb.h, ustring.h. ICU_SUFFIX is its major version, a part of each name. */
#include <stdint.h>

#define JOINED(name, suffix) name##_##suffix
#define NAMED(name, suffix) JOINED(name, suffix)
#define ICU(name) NAMED(name, ICU_SUFFIX)

enum { MISSING = 2 };
typedef const void *any;

/* Order of words. */
void *ICU(ucol_open)(any locale, int32_t *status) { return (void)locale, *status = MISSING, (void *)0; }
void ICU(ucol_close)(void *collator) { (void)collator; }
void ICU(ucol_setAttribute)(void *collator, int kind, int value, int32_t *status)
{
    (void)collator, (void)kind, (void)value, *status = MISSING;
}
int ICU(ucol_strcoll)(any collator, any one, int32_t length, any other, int32_t others)
{
    return (void)collator, (void)one, (void)length, (void)other, (void)others, 0;
}
int32_t ICU(ucol_getSortKey)(any collator, any text, int32_t length, void *key, int32_t room)
{
    return (void)collator, (void)text, (void)length, (void)key, (void)room, 0;
}

/* Capital letters: Qt then takes its own tables. */
int32_t ICU(u_strToUpper)(void *to, int32_t room, any text, int32_t length, any locale, int32_t *status)
{
    return (void)to, (void)room, (void)text, (void)length, (void)locale, *status = MISSING, 0;
}
int32_t ICU(u_strToLower)(void *to, int32_t room, any text, int32_t length, any locale, int32_t *status)
{
    return (void)to, (void)room, (void)text, (void)length, (void)locale, *status = MISSING, 0;
}

/* Time zones: Qt then reads the system's. */
void *ICU(ucal_open)(any zone, int32_t length, any locale, int kind, int32_t *status)
{
    return (void)zone, (void)length, (void)locale, (void)kind, *status = MISSING, (void *)0;
}
void ICU(ucal_close)(void *calendar) { (void)calendar; }
int32_t ICU(ucal_getTimeZoneDisplayName)(any calendar, int kind, any locale, void *to, int32_t room, int32_t *status)
{
    return (void)calendar, (void)kind, (void)locale, (void)to, (void)room, *status = MISSING, 0;
}
int32_t ICU(ucal_getCanonicalTimeZoneID)(any id, int32_t length, void *to, int32_t room, int8_t *system,
                                         int32_t *status)
{
    return (void)id, (void)length, (void)to, (void)room, (void)system, *status = MISSING, 0;
}

/* Old encodings: none can be opened, so that the calls after these two are never made. */
void *ICU(ucnv_open)(any name, int32_t *status) { return (void)name, *status = MISSING, (void *)0; }
int32_t ICU(ucnv_countAvailable)(void) { return 0; }
#define NEVER_CALLED(name) void *ICU(name)(void) { return (void *)0; }
NEVER_CALLED(ucnv_cbFromUWriteUChars)
NEVER_CALLED(ucnv_cbToUWriteUChars)
NEVER_CALLED(ucnv_close)
NEVER_CALLED(ucnv_fromUCountPending)
NEVER_CALLED(ucnv_fromUnicode)
NEVER_CALLED(ucnv_getAvailableName)
NEVER_CALLED(ucnv_getFromUCallBack)
NEVER_CALLED(ucnv_getMaxCharSize)
NEVER_CALLED(ucnv_getName)
NEVER_CALLED(ucnv_getStandardName)
NEVER_CALLED(ucnv_getToUCallBack)
NEVER_CALLED(ucnv_reset)
NEVER_CALLED(ucnv_setFromUCallBack)
NEVER_CALLED(ucnv_setToUCallBack)
NEVER_CALLED(ucnv_toUCountPending)
NEVER_CALLED(ucnv_toUnicode)
NEVER_CALLED(UCNV_FROM_U_CALLBACK_SUBSTITUTE)
NEVER_CALLED(UCNV_TO_U_CALLBACK_SUBSTITUTE)
