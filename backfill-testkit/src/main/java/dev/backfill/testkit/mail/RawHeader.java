package dev.backfill.testkit.mail;

import java.util.Arrays;
import org.apache.james.mime4j.stream.RawField;

/** A header field as mime4j found it: its name and the bytes behind the colon, folds included. */
final class RawHeader {
    private final String name;
    private final byte[] value;

    private RawHeader(String name, byte[] value) {
        this.name = name;
        this.value = value;
    }

    static RawHeader of(RawField field) {
        byte[] raw = field.getRaw().toByteArray();
        byte[] value = Arrays.copyOfRange(raw, field.getDelimiterIdx() + 1, raw.length);
        return new RawHeader(field.getName(), value);
    }

    String name() {
        return name;
    }

    byte[] value() {
        return value;
    }
}
