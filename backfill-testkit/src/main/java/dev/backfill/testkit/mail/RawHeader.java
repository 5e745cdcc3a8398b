package dev.backfill.testkit.mail;

import org.apache.james.mime4j.stream.RawField;
import org.apache.james.mime4j.util.ByteSequence;

/** A header field as mime4j found it: its name and the bytes behind the colon, folds included. */
final class RawHeader {
    private final String name;
    private final byte[] value;

    private RawHeader(String name, byte[] value) {
        this.name = name;
        this.value = value;
    }

    static RawHeader of(RawField field) {
        ByteSequence raw = field.getRaw();
        byte[] value = new byte[raw.length() - field.getDelimiterIdx() - 1];
        for (int i = 0; i < value.length; i++) {
            value[i] = raw.byteAt(field.getDelimiterIdx() + 1 + i);
        }
        return new RawHeader(field.getName(), value);
    }

    String name() {
        return name;
    }

    byte[] value() {
        return value;
    }
}
