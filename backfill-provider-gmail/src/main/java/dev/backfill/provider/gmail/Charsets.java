package dev.backfill.provider.gmail;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Turns bytes of mail into text. A label is taken for the superset that senders mean by it (the WHATWG Encoding Standard
 * lists them); one that is missing or unknown binds nobody.
 *
 * <p>Not mime4j's decoding, which takes a label at its word: bytes of windows-1252 that are labelled iso-8859-1 became control
 * characters.
 */
final class Charsets {
    static final Charset WINDOWS_1252 = Charset.forName("windows-1252");

    private static final Pattern NOT_IN_A_NAME = Pattern.compile("[^a-z0-9+.:_-]");
    private static final Pattern ISO_8859 = Pattern.compile("(?:x-)?iso[-_]?8859[-_](\\d{1,2}).*");
    private static final Pattern UNKNOWN = Pattern.compile("(?:x-)?unknown.*|default.*|none|.*user-defined");
    private static final int ESCAPE = 0x1b;

    /** Names the JDK does not know, and names whose owners mean more than the name says. */
    private static final Map<String, String> MEANT = Map.ofEntries(
            Map.entry("iso-8859-1", "windows-1252"),
            Map.entry("latin1", "windows-1252"),
            Map.entry("l1", "windows-1252"),
            Map.entry("ansi", "windows-1252"),
            Map.entry("iso-8859-9", "windows-1254"),
            Map.entry("iso-8859-11", "x-windows-874"),
            Map.entry("tis-620", "x-windows-874"),
            Map.entry("gb2312", "GB18030"),
            Map.entry("gb-2312", "GB18030"),
            Map.entry("gb_2312-80", "GB18030"),
            Map.entry("gbk", "GB18030"),
            Map.entry("x-gbk", "GB18030"),
            Map.entry("cp936", "GB18030"),
            Map.entry("euc-cn", "GB18030"),
            Map.entry("big5", "Big5-HKSCS"),
            Map.entry("cn-big5", "Big5-HKSCS"),
            Map.entry("x-x-big5", "Big5-HKSCS"),
            Map.entry("shift_jis", "windows-31j"),
            Map.entry("shift-jis", "windows-31j"),
            Map.entry("sjis", "windows-31j"),
            Map.entry("x-sjis", "windows-31j"),
            Map.entry("iso-2022-jp", "x-windows-iso2022jp"),
            Map.entry("iso2022jp", "x-windows-iso2022jp"),
            Map.entry("euc-kr", "x-windows-949"),
            Map.entry("ks_c_5601-1987", "x-windows-949"),
            Map.entry("ks_c_5601", "x-windows-949"),
            Map.entry("ksc5601", "x-windows-949"),
            Map.entry("cp949", "x-windows-949"),
            Map.entry("koi8", "KOI8-R"),
            Map.entry("koi8-ru", "KOI8-U"),
            Map.entry("macintosh", "x-MacRoman"),
            Map.entry("x-mac-roman", "x-MacRoman"),
            Map.entry("unicode-1-1-utf-8", "UTF-8"),
            Map.entry("unicode", "UTF-8"),
            Map.entry("x-utf-8", "UTF-8"),
            Map.entry("utf-8n", "UTF-8"),
            Map.entry("7bit", "US-ASCII"),
            Map.entry("ascii", "US-ASCII"));

    /** Labels come from mail, so there is an end to what is remembered of them. */
    private static final int MAX_FOUND = 500;

    private static final Map<String, Optional<Charset>> FOUND = new ConcurrentHashMap<>();

    private Charsets() {}

    /** The charset a label means; null when it is missing, unknown or plain ASCII, which tells nothing of 8-bit bytes. */
    static @Nullable Charset find(@Nullable String label) {
        if (label == null || label.isEmpty()) {
            return null;
        }
        Optional<Charset> known = FOUND.get(label);
        if (known == null) {
            known = Optional.ofNullable(lookUp(label));
            if (FOUND.size() < MAX_FOUND && label.length() < 64) {
                FOUND.put(label, known);
            }
        }
        return known.orElse(null);
    }

    private static @Nullable Charset lookUp(String label) {
        String cut = label.strip().toLowerCase(Locale.ROOT).split("[;,*\\s]", 2)[0];
        String name = NOT_IN_A_NAME.matcher(cut).replaceAll("");
        var iso = ISO_8859.matcher(name);
        if (iso.matches()) {
            name = "iso-8859-" + iso.group(1);
        }
        if (name.isEmpty() || UNKNOWN.matcher(name).matches()) {
            return null;
        }
        Charset charset = named(MEANT.getOrDefault(name, name));
        if (charset == null) {
            charset = named(MEANT.getOrDefault(name.replace('_', '-'), name.replaceFirst("^(?:x|cp)-", "")));
        }
        if (charset == null) {
            return null;
        }
        Charset meant = named(MEANT.getOrDefault(charset.name().toLowerCase(Locale.ROOT), charset.name()));
        return StandardCharsets.US_ASCII.equals(meant) ? null : meant;
    }

    private static @Nullable Charset named(String name) {
        try {
            return Charset.forName(name);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException unknown) {
            return null;
        }
    }

    /**
     * Decodes the content of a text part as Gmail hands it out. Gmail has turned most of it into UTF-8 already while the
     * Content-Type still names the old charset (openclaw/gogcli#446), so valid UTF-8 wins over the label; 7-bit content is
     * valid UTF-8 whatever it means, so there the label of a charset that works with escapes wins.
     */
    static String decodeBody(byte[] bytes, @Nullable String label) {
        if (isSevenBit(bytes)) {
            return decode(bytes, label);
        }
        String utf8 = strictUtf8(bytes);
        return utf8 != null ? utf8 : decode(bytes, label);
    }

    /** Decodes bytes by their label; without a usable one as UTF-8 where they are valid UTF-8, else as windows-1252. */
    static String decode(byte[] bytes, @Nullable String label) {
        Charset named = find(label);
        if (named != null) {
            return new String(bytes, named);
        }
        if (isSevenBit(bytes)) {
            return new String(bytes, hasJapaneseEscape(bytes) ? japanese() : StandardCharsets.US_ASCII);
        }
        String utf8 = strictUtf8(bytes);
        return utf8 != null ? utf8 : new String(bytes, WINDOWS_1252);
    }

    private static Charset japanese() {
        Charset found = find("iso-2022-jp");
        return found == null ? StandardCharsets.US_ASCII : found;
    }

    private static boolean isSevenBit(byte[] bytes) {
        for (byte b : bytes) {
            if (b < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean hasJapaneseEscape(byte[] bytes) {
        for (int i = 0; i + 2 < bytes.length; i++) {
            if (bytes[i] == ESCAPE && bytes[i + 1] == '$' && (bytes[i + 2] == 'B' || bytes[i + 2] == '@')) {
                return true;
            }
        }
        return false;
    }

    /** The text if the bytes are valid UTF-8, else null. */
    static @Nullable String strictUtf8(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException invalid) {
            return null;
        }
    }
}
