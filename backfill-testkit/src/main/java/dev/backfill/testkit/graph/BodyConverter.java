package dev.backfill.testkit.graph;

import java.util.regex.Pattern;

/** Turns a body into the other kind, roughly, as the service does for those who ask for one kind only. */
final class BodyConverter {
    private static final Pattern INVISIBLE = Pattern.compile("(?is)<(script|style|head)\\b.*?</\\1\\s*>|<!--.*?-->");
    private static final Pattern BREAKS = Pattern.compile("(?i)<br\\s*/?>|</(p|div|tr|li|h[1-6])\\s*>");
    private static final Pattern TAGS = Pattern.compile("(?s)<[^>]*>");

    private BodyConverter() {}

    static String toText(String html) {
        String visible = INVISIBLE.matcher(html).replaceAll("");
        String broken = BREAKS.matcher(visible).replaceAll("\r\n");
        return TAGS.matcher(broken)
                .replaceAll("")
                .replace("&nbsp;", " ")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&amp;", "&")
                .strip();
    }

    static String toHtml(String text) {
        String escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        return "<html><head>\r\n<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"></head><body>\r\n"
                + "<div class=\"PlainText\">" + escaped.replace("\r\n", "<br>\r\n") + "</div>\r\n</body></html>";
    }
}
