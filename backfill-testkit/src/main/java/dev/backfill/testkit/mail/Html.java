package dev.backfill.testkit.mail;

import org.jspecify.annotations.Nullable;

/** Makes a simple HTML page of text. */
final class Html {
    private Html() {}

    static String page(@Nullable String title, String text, @Nullable String imageContentId) {
        StringBuilder html = new StringBuilder(text.length() * 5 / 4 + 300);
        html.append("<!DOCTYPE html>\n<html><head><title>").append(escape(title == null ? "" : title));
        html.append("</title></head>\n<body style=\"font-family: sans-serif\">\n<p>");
        html.append(escape(text).replace("\n\n", "</p>\n<p>").replace("\n", "<br>\n"))
                .append("</p>\n");
        if (imageContentId != null) {
            html.append("<img src=\"cid:").append(imageContentId).append("\" alt=\"\">\n");
        }
        return html.append("</body></html>\n").toString();
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
