package dev.backfill.provider.gmail;

import static com.github.tomakehurst.wiremock.client.WireMock.absent;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.matching;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.PageCollector;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A list whose pages lead round in a ring ends, though no page names itself as the next one. */
@Timeout(60)
class ListLoopTest {
    private WireMockServer server;

    @BeforeEach
    void start() {
        server = new WireMockServer(WireMockConfiguration.options()
                .bindAddress("127.0.0.1")
                .dynamicPort()
                .gzipDisabled(true));
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    private void page(String token, String next) {
        server.stubFor(get(urlPathMatching(".*/messages"))
                .withQueryParam("pageToken", token.isEmpty() ? absent() : matching(token))
                .willReturn(okJson("{\"messages\":[{\"id\":\"a" + token + "\"}],\"nextPageToken\":\"" + next + "\"}")));
    }

    @Test
    void aRingOfPagesEnds() {
        page("", "one");
        page("one", "two");
        page("two", "one");
        MailQuery query = Crawl.everything();
        // A position in the middle is found again by a whole list.
        Position position = new WindowPosition(0, 1, 0, new ThreadedIds.Entry("a", "a"), WalkedIds.none()).position();
        try (TestBox box = TestBox.open(URI.create("http://127.0.0.1:" + server.port() + "/"), Map.of())) {
            Partition window = Partition.window("all", null, query.to());
            SourceException error = catchThrowableOfType(
                    SourceException.class,
                    () -> box.mailbox().fetch(query, window, position, new PageLimit(10, 1_000), new PageCollector()));
            assertThat(error.kind()).isEqualTo(SourceException.Kind.RETRY);
        }
    }
}
