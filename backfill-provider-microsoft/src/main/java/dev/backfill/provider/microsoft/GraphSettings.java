package dev.backfill.provider.microsoft;

import dev.backfill.spi.Settings;
import java.net.URI;
import java.time.Duration;
import java.util.Set;

/** The checked settings of {@link MicrosoftEmailSource}, where they are documented. */
record GraphSettings(
        String baseUrl,
        Body body,
        Duration connectTimeout,
        Duration readTimeout,
        Duration callTimeout,
        Duration pageTimeout,
        int concurrentRequests) {
    private static final Set<String> KNOWN = Set.of(
            "base-url",
            "body",
            "connect-timeout-seconds",
            "read-timeout-seconds",
            "call-timeout-seconds",
            "page-timeout-seconds",
            "concurrent-requests");
    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "[::1]");
    private static final int MAX_SECONDS = 3_600;

    /** Which bodies to ask for. */
    enum Body {
        NATIVE,
        HTML,
        TEXT
    }

    static GraphSettings from(Settings settings) {
        settings.requireKnown(KNOWN);
        String body = settings.choice("body", "native", Set.of("native", "html", "text"));
        return new GraphSettings(
                baseUrl(settings),
                switch (body) {
                    case "html" -> Body.HTML;
                    case "text" -> Body.TEXT;
                    default -> Body.NATIVE;
                },
                seconds(settings, "connect-timeout-seconds", MicrosoftEmailSource.DEFAULT_CONNECT_TIMEOUT_SECONDS),
                seconds(settings, "read-timeout-seconds", MicrosoftEmailSource.DEFAULT_READ_TIMEOUT_SECONDS),
                seconds(settings, "call-timeout-seconds", MicrosoftEmailSource.DEFAULT_CALL_TIMEOUT_SECONDS),
                seconds(settings, "page-timeout-seconds", MicrosoftEmailSource.DEFAULT_PAGE_TIMEOUT_SECONDS),
                (int) settings.number("concurrent-requests", MicrosoftEmailSource.DEFAULT_CONCURRENT_REQUESTS, 1, 4));
    }

    private static Duration seconds(Settings settings, String name, int defaultValue) {
        return Duration.ofSeconds(settings.number(name, defaultValue, 1, MAX_SECONDS));
    }

    private static String baseUrl(Settings settings) {
        URI url = settings.url("base-url", MicrosoftEmailSource.DEFAULT_BASE_URL);
        String text = url.toString();
        String trimmed = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
        if (!trimmed.matches(".*/(v\\d+\\.\\d+|beta)") || url.getRawQuery() != null || url.getRawUserInfo() != null) {
            throw settings.invalid("base-url", "must end in the version, for instance /v1.0, was " + text);
        }
        if (url.getScheme().equals("http") && !LOOPBACK.contains(url.getHost())) {
            throw settings.invalid("base-url", "must be https, since a token is sent there, was " + text);
        }
        return trimmed;
    }
}
