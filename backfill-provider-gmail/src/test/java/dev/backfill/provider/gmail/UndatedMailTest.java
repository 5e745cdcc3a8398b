package dev.backfill.provider.gmail;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageLimit;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Messages of a server that does not say when the mailbox took them. */
class UndatedMailTest {
    private WireMockServer server;

    @BeforeEach
    void start() {
        server = new WireMockServer(WireMockConfiguration.options()
                .bindAddress("127.0.0.1")
                .dynamicPort()
                .gzipDisabled(true));
        server.start();
        server.stubFor(get(urlPathMatching(".*/(labels|profile|history)"))
                .willReturn(aResponse().withStatus(404)));
        server.stubFor(get(urlPathMatching(".*/messages"))
                .willReturn(okJson("{\"messages\":[{\"id\":\"c\"},{\"id\":\"b\"},{\"id\":\"a\"}]}")));
        message("a", "Tue, 1 Mar 2022 10:00:00 +0000");
        message("b", "Wed, 1 Mar 2023 10:00:00 +0000");
        message("c", "nobody knows");
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    private void message(String id, String date) {
        server.stubFor(get(urlPathMatching(".*/messages/" + id))
                .willReturn(okJson("{\"id\":\"" + id + "\",\"payload\":{\"mimeType\":\"text/plain\",\"headers\":[{"
                        + "\"name\":\"Date\",\"value\":\"" + date + "\"}]}}")));
    }

    @Test
    void theSendersDateKeepsTheRange() {
        MailQuery query = new MailQuery(
                Instant.parse("2023-01-01T00:00:00Z"), Instant.parse("2024-01-01T00:00:00Z"), List.of(), false, false);
        try (TestBox box = TestBox.open(URI.create("http://127.0.0.1:" + server.port() + "/"), Map.of())) {
            Crawl crawl = Crawl.run(box.mailbox(), query, new PageLimit(10, 1_000_000));
            assertThat(crawl.ids()).containsExactly("b", "c");
            assertThat(crawl.repeats()).isEqualTo(1);
        }
    }
}
