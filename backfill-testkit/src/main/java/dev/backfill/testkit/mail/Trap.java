package dev.backfill.testkit.mail;

import org.jspecify.annotations.Nullable;

/** The oddities that generated mail goes through in turn; each one has broken a mail system somewhere. */
enum Trap {
    EMPTY_SUBJECT,
    NO_SUBJECT,
    LONG_SUBJECT,
    SPLIT_CHARACTERS,
    EMOJI,
    HEBREW,
    ARABIC,
    NO_DATE,
    ABSURD_DATE,
    NO_RECIPIENTS,
    UNDISCLOSED_RECIPIENTS,
    GROUP_ADDRESS,
    MANY_RECIPIENTS,
    NO_MESSAGE_ID,
    RAW_HEADERS,
    WRONG_CHARSET_LABEL,
    NO_CHARSET_LABEL,
    EMPTY_BODY,
    LARGE_BODY,
    LINE_FEEDS_ONLY,
    LIST_FOOTER,
    UNCLOSED_MULTIPART,
    SIGNED,
    REPORT,
    CALENDAR,
    WINMAIL,
    FORWARDED_MESSAGE,
    INLINE_IMAGE,
    NAME_RFC_2231,
    NAME_RFC_2047,
    TEXT_ATTACHMENT,
    BCC_AND_REPLY_TO;

    private static final Trap[] ALL = values();

    /** One message in so many has a trap. */
    private static final int EVERY = 6;

    /** {@return the trap of the message with that index, or null for a plain one} */
    static @Nullable Trap of(int index) {
        return index % EVERY == EVERY - 1 ? ALL[index / EVERY % ALL.length] : null;
    }
}
