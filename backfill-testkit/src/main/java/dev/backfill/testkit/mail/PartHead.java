package dev.backfill.testkit.mail;

import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.james.mime4j.stream.BodyDescriptor;
import org.apache.james.mime4j.stream.BodyDescriptorBuilder;
import org.apache.james.mime4j.stream.Field;
import org.apache.james.mime4j.stream.RawField;
import org.jspecify.annotations.Nullable;

/**
 * The header of one part while mime4j reads it: keeps the fields' bytes and answers mime4j's questions about the body with
 * our own lenient reading, so that the tree and the decoded fields never disagree.
 */
final class PartHead implements BodyDescriptorBuilder, BodyDescriptor {
    private static final Pattern MEDIA_TYPE = Pattern.compile("[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+");

    private final List<RawHeader> fields = new ArrayList<>();
    private final boolean inDigest;
    private String contentType = "text/plain";
    private Map<String, String> parameters = Map.of();
    private String transferEncoding = "7bit";

    PartHead(boolean inDigest) {
        this.inDigest = inDigest;
    }

    @Override
    public void reset() {
        fields.clear();
    }

    @Override
    public @Nullable Field addField(RawField field) {
        fields.add(RawHeader.of(field));
        return null;
    }

    @Override
    public BodyDescriptorBuilder newChild() {
        return new PartHead(contentType.equals("multipart/digest"));
    }

    @Override
    public BodyDescriptor build() {
        String type = first("content-type");
        parameters = HeaderParameters.parse(type);
        String named = HeaderParameters.value(type);
        boolean usable = MEDIA_TYPE.matcher(named).matches()
                && !(named.startsWith("multipart/")
                        && parameters.getOrDefault("boundary", "").isEmpty());
        contentType = usable ? named : inDigest && named.isEmpty() ? "message/rfc822" : "text/plain";
        transferEncoding = transferEncoding(HeaderParameters.value(first("content-transfer-encoding")));
        return this;
    }

    private static String transferEncoding(String named) {
        switch (named) {
            case "base64":
            case "base-64":
            case "x-base64":
                return "base64";
            case "quoted-printable":
            case "quoted_printable":
            case "quotedprintable":
            case "qp":
                return "quoted-printable";
            default:
                return named.isEmpty() ? "7bit" : named;
        }
    }

    private String first(String name) {
        for (RawHeader field : fields) {
            if (field.name().equalsIgnoreCase(name)) {
                return HeaderText.raw(field.value(), CharsetLookup.WINDOWS_1252);
            }
        }
        return "";
    }

    /** Decodes the fields, 8-bit bytes that are not UTF-8 by the fallback. */
    List<MailHeader> headers(Charset fallback) {
        List<MailHeader> headers = new ArrayList<>(fields.size());
        for (RawHeader field : fields) {
            String raw = HeaderText.raw(field.value(), fallback);
            headers.add(new MailHeader(field.name(), raw, HeaderText.shown(raw)));
        }
        return headers;
    }

    boolean isEmpty() {
        return fields.isEmpty();
    }

    @Override
    public String getMimeType() {
        return contentType;
    }

    @Override
    public String getMediaType() {
        return contentType.substring(0, contentType.indexOf('/'));
    }

    @Override
    public String getSubType() {
        return contentType.substring(contentType.indexOf('/') + 1);
    }

    @Override
    public @Nullable String getBoundary() {
        return parameters.get("boundary");
    }

    @Override
    public @Nullable String getCharset() {
        return parameters.get("charset");
    }

    @Override
    public String getTransferEncoding() {
        return transferEncoding;
    }

    @Override
    public long getContentLength() {
        return -1;
    }
}
