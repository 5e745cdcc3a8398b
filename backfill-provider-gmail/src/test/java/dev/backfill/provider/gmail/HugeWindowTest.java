package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.provider.gmail.ThreadedIds.Entry;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.testkit.PageCollector;
import dev.backfill.testkit.http.FaultPlan;
import dev.backfill.testkit.http.HttpAnswer;
import dev.backfill.testkit.http.HttpCall;
import dev.backfill.testkit.http.LoopbackServer;
import dev.backfill.testkit.http.RequestJournal;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The first and the last page of a window that holds a whole mailbox, since the server heeds no dates. Run with a small heap,
 * it shows that the ids fit in: {@code -Dbackfill.jvmArgs='-Xmx72m -XX:+UseSerialGC'}.
 */
@Tag("campaign")
class HugeWindowTest {
    private static final int MESSAGES = 1_000_000;
    private static final int PAGE = 500;

    /** Spreads the ids, as Gmail's are. */
    private static String id(int number) {
        return String.format("%016x", (long) number << 24 | number & 0xffff);
    }

    private static HttpAnswer answer(HttpCall call) {
        String path = call.path();
        if (path.matches(".*/(profile|labels|history)")) {
            return HttpAnswer.empty(404);
        }
        if (!path.endsWith("/messages")) {
            String id = path.substring(path.lastIndexOf('/') + 1);
            return json("{\"id\":\"" + id + "\",\"internalDate\":\"1600000000000\",\"payload\":{\"headers\":[]}}");
        }
        String token = call.parameter("pageToken");
        int from = token == null ? 0 : Integer.parseInt(token);
        StringBuilder page = new StringBuilder("{\"messages\":[");
        for (int i = from; i < Math.min(MESSAGES, from + PAGE); i++) {
            page.append(i == from ? "" : ",")
                    .append("{\"id\":\"")
                    .append(id(MESSAGES - i))
                    .append("\"}");
        }
        page.append(']');
        if (from + PAGE < MESSAGES) {
            page.append(",\"nextPageToken\":\"").append(from + PAGE).append('"');
        }
        return json(page.append('}').toString());
    }

    private static HttpAnswer json(String text) {
        return HttpAnswer.text(200, "application/json", text);
    }

    @Test
    void theIdsOfAWholeMailboxFitIntoASmallHeap() throws Exception {
        MailQuery query = Crawl.everything();
        Partition window = Partition.window("all", null, query.to());
        PageLimit limit = new PageLimit(100, 1_000_000);
        RequestJournal journal = new RequestJournal();
        try (LoopbackServer server = LoopbackServer.start(HugeWindowTest::answer, journal, new FaultPlan());
                TestBox box = TestBox.open(URI.create(server.uri() + "/"), Map.of())) {
            PageCollector first = new PageCollector();
            assertThat(box.mailbox()
                            .fetch(query, window, Position.START, limit, first)
                            .next())
                    .isNotNull();
            assertThat(first.ids().get(0)).isEqualTo(id(1));
            WalkedIds walked = WalkedIds.none();
            for (int number = 1; number <= MESSAGES - 50; number++) {
                walked.add(id(number));
            }
            Position nearTheEnd = new WindowPosition(
                            0, MESSAGES - 50, 0, new Entry(id(MESSAGES - 50), id(MESSAGES - 50)), walked)
                    .position();
            PageCollector last = new PageCollector();
            PageEnd end = box.mailbox().fetch(query, window, nearTheEnd, limit, last);
            assertThat(last.ids()).hasSize(50).last().isEqualTo(id(MESSAGES));
            assertThat(end.providerCount()).isEqualTo(MESSAGES);
        }
    }
}
