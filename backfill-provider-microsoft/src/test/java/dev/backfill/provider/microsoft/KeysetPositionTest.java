package dev.backfill.provider.microsoft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.kiota.HttpMethod;
import com.microsoft.kiota.RequestInformation;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeysetPositionTest {
    @Test
    void survivesItsText() {
        Set<String> border = IntStream.range(0, KeysetPosition.MAX_BORDER)
                .mapToObj(i -> KeysetPosition.hash("id" + i))
                .collect(Collectors.toSet());
        KeysetPosition position = KeysetPosition.at(1_700_000_000, border);

        assertThat(KeysetPosition.decode(position.encode())).isEqualTo(position);
        assertThat(position.encode().value()).hasSizeLessThanOrEqualTo(Position.MAX_LENGTH);
        KeysetPosition within = KeysetPosition.within(-60_000_000_000L, 1_000_000, border);
        assertThat(KeysetPosition.decode(within.encode())).isEqualTo(within);
        assertThat(within.encode().value()).hasSizeLessThanOrEqualTo(Position.MAX_LENGTH);
        assertThat(KeysetPosition.decode(KeysetPosition.at(-5, Set.of()).encode()))
                .isEqualTo(KeysetPosition.at(-5, Set.of()));
    }

    @Test
    void idsThatDifferInCaseAloneDiffer() {
        assertThat(KeysetPosition.hash("AAMkA")).isNotEqualTo(KeysetPosition.hash("AAMka"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"k2;1;", "k1;1", "k1;x;", "k1;1;short", "s1;1;2;3", "s2;1;2", "s2;1;-2;", "https://graph/next"})
    void anUnreadableTextRestartsThePartition(String text) {
        assertThatThrownBy(() -> KeysetPosition.decode(new Position(text)))
                .isInstanceOfSatisfying(
                        SourceException.class,
                        error -> assertThat(error.kind()).isEqualTo(SourceException.Kind.RESTART_PARTITION));
    }

    @ParameterizedTest
    @CsvSource({
        "https://graph/v1.0/me/messages?%24skip=10, https://graph/v1.0/me/messages?%24skip=10",
        "/v1.0/me/messages?$skip=10, https://graph/v1.0/me/messages?$skip=10",
        "https://evil/v1.0/steal?$skip=10, https://graph/v1.0/me/messages?$skip=10",
        "http://graph/v1.0/me/messages?$skip=9, https://graph/v1.0/me/messages?$skip=9"
    })
    void aTokenNeverFollowsALinkToAnotherHost(String link, String expected) throws Exception {
        RequestInformation first = new RequestInformation();
        first.httpMethod = HttpMethod.GET;
        first.setUri(URI.create("https://graph/v1.0/me/messages?$top=10"));
        first.headers.add("Authorization", "Bearer secret");
        first.headers.add("Prefer", "IdType=\"ImmutableId\"");

        RequestInformation next = NextLinks.follow(first, link);

        assertThat(next.getUri()).hasToString(expected);
        assertThat(next.headers.get("Prefer")).containsExactly("IdType=\"ImmutableId\"");
        assertThat(next.headers.containsKey("Authorization")).isFalse();
    }

    @Test
    void windowsGrowTowardsThePast() {
        GraphRequests.Stretch stretch =
                new GraphRequests.Stretch("folder", null, java.time.Instant.ofEpochSecond(3_000_000));
        List<Partition> windows = WindowPlanner.windows(stretch, 1_000_000, 1_999_999, 40_000, 1);

        assertThat(windows).hasSize(7);
        assertThat(windows.get(0).to()).isEqualTo(stretch.to());
        assertThat(windows.get(windows.size() - 1).from()).isNull();
        assertThat(windows.get(0).from().getEpochSecond()).isEqualTo(1_975_000);
        assertThat(windows.get(1).from().getEpochSecond()).isEqualTo(1_925_000);
        for (int i = 1; i < windows.size(); i++) {
            assertThat(windows.get(i).to()).isEqualTo(windows.get(i - 1).from());
        }
    }

    @ParameterizedTest
    @CsvSource({"370, 2, 1", "800, 4, 3", "1000, 4, 4", "3000, 4, 4", "1000, 2, 2", "30000, 4, 6"})
    void aFolderThatWouldBeReadAloneIsCutIntoAsManyWindowsAsAreReadAtOnce(long messages, int parts, int windows) {
        GraphRequests.Stretch stretch =
                new GraphRequests.Stretch("folder", null, java.time.Instant.ofEpochSecond(3_000_000));

        assertThat(WindowPlanner.windows(stretch, 1_000_000, 1_999_999, messages, parts))
                .hasSize(windows);
    }

    @Test
    void aBurstInOneSecondIsNotCut() {
        GraphRequests.Stretch stretch = new GraphRequests.Stretch("folder", null, java.time.Instant.ofEpochSecond(9));

        assertThat(WindowPlanner.windows(stretch, 5, 5, 100_000, 1)).hasSize(1);
    }
}
