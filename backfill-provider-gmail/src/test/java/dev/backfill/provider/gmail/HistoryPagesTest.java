package dev.backfill.provider.gmail;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.absent;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.jsonResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.PageCollector;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A history of more than one page, of a server that says little of labels. */
class HistoryPagesTest {
    private static final MailQuery QUERY = new MailQuery(null, Crawl.TO, List.of("inbox"), false, true);
    private static final Partition CHANGES = Partition.changes("all", "10");

    private WireMockServer server;
    private TestBox box;

    @BeforeEach
    void start() {
        server = new WireMockServer(WireMockConfiguration.options()
                .bindAddress("127.0.0.1")
                .dynamicPort()
                .gzipDisabled(true));
        server.start();
        server.stubFor(get(urlPathMatching(".*/(labels|profile)"))
                .willReturn(aResponse().withStatus(404)));
        server.stubFor(get(urlPathMatching(".*/messages/.*"))
                .willReturn(jsonResponse("{\"error\":{\"code\":404,\"errors\":[{\"reason\":\"notFound\"}]}}", 404)));
        server.stubFor(get(urlPathMatching(".*/history"))
                .withQueryParam("pageToken", absent())
                .willReturn(okJson("{\"history\":[{\"id\":\"11\",\"messagesDeleted\":[{\"message\":{\"id\":\"a\"}}]}],"
                        + "\"nextPageToken\":\"more\",\"historyId\":\"12\"}")));
        box = TestBox.open(URI.create("http://127.0.0.1:" + server.port() + "/"), Map.of());
    }

    @AfterEach
    void stop() {
        box.close();
        server.stop();
    }

    private PageEnd page(PageCollector collector) {
        return box.mailbox().fetch(QUERY, CHANGES, Position.START, new PageLimit(100, 1_000_000), collector);
    }

    @Test
    void whatComesBetweenTwoPagesIsReadNextTime() {
        server.stubFor(get(urlPathMatching(".*/history"))
                .withQueryParam("pageToken", equalTo("more"))
                .willReturn(okJson("{\"historyId\":\"20\"}")));
        PageCollector collector = new PageCollector();
        assertThat(page(collector).token()).isEqualTo("12");
        assertThat(collector.items()).containsExactly(new PageItem.Deleted("a", "11"));
    }

    @Test
    void pagesThatLeadNowhereEnd() {
        server.stubFor(get(urlPathMatching(".*/history"))
                .withQueryParam("pageToken", equalTo("more"))
                .willReturn(okJson("{\"nextPageToken\":\"more\",\"historyId\":\"12\"}")));
        SourceException error = catchThrowableOfType(SourceException.class, () -> page(new PageCollector()));
        assertThat(error.kind()).isEqualTo(SourceException.Kind.RETRY);
    }

    @Test
    void aPageTokenThatDiesHasTheHistoryListedAgain() {
        server.stubFor(get(urlPathMatching(".*/history"))
                .withQueryParam("pageToken", equalTo("more"))
                .inScenario("death")
                .willReturn(aResponse().withStatus(400))
                .willSetStateTo("over"));
        server.stubFor(get(urlPathMatching(".*/history"))
                .withQueryParam("pageToken", equalTo("more"))
                .inScenario("death")
                .whenScenarioStateIs("over")
                .willReturn(okJson("{\"historyId\":\"20\"}")));
        PageCollector collector = new PageCollector();
        assertThat(page(collector).token()).isEqualTo("12");
        assertThat(collector.items()).containsExactly(new PageItem.Deleted("a", "11"));
    }

    @Test
    void aHistoryWhosePageTokensAllDieIsLeftToALaterRun() {
        server.stubFor(get(urlPathMatching(".*/history"))
                .withQueryParam("pageToken", equalTo("more"))
                .willReturn(aResponse().withStatus(400)));
        SourceException error = catchThrowableOfType(SourceException.class, () -> page(new PageCollector()));
        assertThat(error.kind()).isEqualTo(SourceException.Kind.RETRY);
    }
}
