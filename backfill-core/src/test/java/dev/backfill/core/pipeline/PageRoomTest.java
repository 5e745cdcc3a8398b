package dev.backfill.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.core.throttle.MemoryBudget;
import dev.backfill.core.throttle.Room;
import dev.backfill.core.time.StopToken;
import dev.backfill.model.EmailMessage;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PageRoomTest {
    private static final long MB = 1_000_000;
    private static final Room NO_ROOM =
            new Room(new MemoryBudget(Long.MAX_VALUE), 0, new StopToken(), new AtomicInteger());

    @Test
    void asksForNoMoreMessagesThanThereIsRoomFor() {
        PageRoom room = new PageRoom(4 * MB);

        learn(room, 1_000_000);

        // Each takes 2 MB, and two take a little more than the room of two.
        assertThat(room.limitFor(100)).isEqualTo(new PageLimit(2, 4 * MB));
    }

    @Test
    void asksForAllWhenTheyAreSmall() {
        PageRoom room = new PageRoom(4 * MB);

        learn(room, 1_000);

        assertThat(room.limitFor(100)).isEqualTo(new PageLimit(100, 4 * MB));
    }

    @Test
    void asksForOneWhenNotEvenThatFits() {
        PageRoom room = new PageRoom(4 * MB);

        learn(room, 5_000_000);

        assertThat(room.limitFor(100)).isEqualTo(new PageLimit(1, 4 * MB));
    }

    @Test
    void reservesRoomForOneMessageThatIsLargerThanAPage() {
        PageRoom room = new PageRoom(4 * MB);

        learn(room, 5_000_000);

        assertThat(room.expectedBytes(room.limitFor(100))).isGreaterThan(9 * MB);
    }

    @Test
    void reservesNoMoreThanAPageForMessagesThatAreSmaller() {
        PageRoom room = new PageRoom(4 * MB);

        learn(room, 1_000_000);

        assertThat(room.expectedBytes(room.limitFor(100))).isEqualTo(4 * MB);
    }

    /** Pages of one message with so many characters, until nothing is left of the first guess. */
    private static void learn(PageRoom room, int characters) {
        EmailMessage email = EmailMessage.builder("id", Instant.EPOCH)
                .bodyText("x".repeat(characters))
                .build();
        for (int i = 0; i < 100; i++) {
            PageBuffer page = new PageBuffer(new PageLimit(1, 1), NO_ROOM);
            page.write(new PageItem.Message(PageItem.Change.CREATE, email));
            room.learn(page);
        }
    }
}
