package dev.backfill.testkit.mail;

import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the charset that a label in mail really means: misspelt and old names, and the supersets that senders use under the
 * name of the smaller set (the practice the WHATWG Encoding Standard wrote down).
 */
final class CharsetLookup {
    static final Charset WINDOWS_1252 = Charset.forName("windows-1252");
    static final Charset ISO_2022_JP = first("x-windows-iso2022jp", "ISO-2022-JP");

    /** Labels come from mail, so what is remembered of them has an end. */
    private static final int MAX_REMEMBERED = 512;

    private static final Pattern EMBEDDED = Pattern.compile(
            "(?:^|[^a-z])(utf-?8|iso-?8859-?\\d{1,2}|windows-?125\\d|koi8-?[ru]|iso-?2022-?(?:jp|kr)|gb2312|gbk|big5)");

    private static final Map<String, Charset> SUPERSETS = supersets();
    private static final Map<String, Optional<Charset>> REMEMBERED = new ConcurrentHashMap<>();

    private CharsetLookup() {}

    /**
     * Finds a charset.
     *
     * @param label the label as it stands in the message, or null
     * @return the charset; empty when the label is missing or means nothing
     */
    static Optional<Charset> find(@Nullable String label) {
        if (label == null || label.isEmpty()) {
            return Optional.empty();
        }
        Optional<Charset> known = REMEMBERED.get(label);
        if (known == null) {
            known = resolve(clean(label));
            if (REMEMBERED.size() < MAX_REMEMBERED) {
                REMEMBERED.put(label, known);
            }
        }
        return known;
    }

    private static String clean(String label) {
        StringBuilder cleaned = new StringBuilder(label.length());
        for (char c : label.toLowerCase(Locale.ROOT).toCharArray()) {
            if (c == ';' || c == ',' || c == '*') {
                break;
            }
            if (c > ' ' && c < 127 && c != '"' && c != '\'' && c != '<' && c != '>') {
                cleaned.append(c == '_' ? '-' : c);
            }
        }
        return cleaned.toString();
    }

    private static Optional<Charset> resolve(String name) {
        Charset charset = named(name);
        if (charset == null && (name.startsWith("x-") || name.startsWith("cp-"))) {
            charset = named(name.replaceFirst("^x-", "").replaceFirst("^cp-", "cp"));
        }
        if (charset == null) {
            Matcher embedded = EMBEDDED.matcher(name);
            if (embedded.find()) {
                charset = named(embedded.group(1).replaceFirst("^(iso)-?(8859)-?", "$1-$2-"));
            }
        }
        return Optional.ofNullable(charset);
    }

    private static @Nullable Charset named(String name) {
        Charset superset = SUPERSETS.get(name);
        if (superset != null) {
            return superset;
        }
        try {
            Charset charset = Charset.forName(name);
            return SUPERSETS.getOrDefault(charset.name().toLowerCase(Locale.ROOT), charset);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            return null;
        }
    }

    private static Charset first(String... names) {
        for (String name : names) {
            if (Charset.isSupported(name)) {
                return Charset.forName(name);
            }
        }
        return StandardCharsets.UTF_8;
    }

    private static Map<String, Charset> supersets() {
        Map<String, Charset> map = new HashMap<>();
        put(map, WINDOWS_1252, "iso-8859-1", "iso8859-1", "latin1", "latin-1", "l1", "ansi", "cp1252");
        put(map, StandardCharsets.US_ASCII, "us-ascii", "ascii", "ansi-x3.4-1968", "iso646-us", "646", "7bit");
        put(map, first("windows-1254", "iso-8859-9"), "iso-8859-9", "iso8859-9", "latin5", "latin-5");
        put(map, first("x-windows-874", "TIS-620"), "iso-8859-11", "tis-620", "windows-874", "cp874");
        put(map, first("ISO-8859-8"), "iso-8859-8-i", "iso-8859-8-e", "iso-8859-8");
        put(map, first("ISO-8859-6"), "iso-8859-6-i", "iso-8859-6-e", "iso-8859-6");
        put(
                map,
                first("GB18030"),
                "gb2312",
                "gb-2312",
                "gb2312-80",
                "gbk",
                "x-gbk",
                "gb18030",
                "cp936",
                "euc-cn",
                "x-euc-cn");
        put(map, first("Big5-HKSCS", "Big5"), "big5", "big-5", "big5-hkscs", "cn-big5", "x-x-big5", "cp950", "ms950");
        put(map, first("windows-31j", "Shift_JIS"), "shift-jis", "shiftjis", "sjis", "x-sjis", "ms-kanji", "cp932");
        put(map, first("windows-31j", "Shift_JIS"), "windows-31j", "ms932", "windows-932");
        put(
                map,
                ISO_2022_JP,
                "iso-2022-jp",
                "iso2022-jp",
                "iso2022jp",
                "iso-2022-jp-1",
                "iso-2022-jp-2",
                "iso-2022-jp-3");
        put(map, first("x-windows-949", "EUC-KR"), "euc-kr", "euckr", "ks-c-5601-1987", "ks-c-5601-1989", "ksc5601");
        put(map, first("x-windows-949", "EUC-KR"), "ksc-5601", "ks-c-5601", "cp949", "ms949", "windows-949", "korean");
        put(map, first("KOI8-R"), "koi8-r", "koi8", "koi", "koi8r");
        put(map, first("KOI8-U"), "koi8-u", "koi8-ru", "koi8u");
        put(
                map,
                StandardCharsets.UTF_8,
                "utf-8",
                "utf8",
                "unicode-1-1-utf-8",
                "unicode",
                "utf-8n",
                "x-utf-8",
                "utf-8-strict");
        put(map, first("x-MacRoman", "windows-1252"), "macintosh", "mac", "x-mac-roman", "macroman");
        return Map.copyOf(map);
    }

    private static void put(Map<String, Charset> map, Charset charset, String... names) {
        for (String name : names) {
            map.put(name, charset);
        }
    }
}
