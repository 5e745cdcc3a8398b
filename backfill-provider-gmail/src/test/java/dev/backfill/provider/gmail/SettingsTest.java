package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.backfill.api.InvalidRequestException;
import dev.backfill.spi.Operation;
import dev.backfill.spi.Quota;
import dev.backfill.spi.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    private final GoogleEmailSource source = new GoogleEmailSource();

    private List<Quota> quotas(Map<String, String> settings) {
        return source.quotas(Settings.of("google", settings));
    }

    @Test
    void newProjectsHaveSixThousandUnitsAMinuteAndBeginWithTwoRequestsAtOnce() {
        assertThat(quotas(Map.of()))
                .extracting(Quota::measure, Quota::scope, Quota::first, Quota::amount)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple(Quota.Measure.CONCURRENT, Quota.Scope.MAILBOX, 2L, 20L),
                        org.assertj.core.groups.Tuple.tuple(Quota.Measure.UNITS, Quota.Scope.MAILBOX, 6_000L, 6_000L),
                        org.assertj.core.groups.Tuple.tuple(
                                Quota.Measure.UNITS, Quota.Scope.PROJECT, 1_200_000L, 1_200_000L),
                        org.assertj.core.groups.Tuple.tuple(
                                Quota.Measure.BYTES, Quota.Scope.MAILBOX, 2_500_000_000L, 2_500_000_000L));
        assertThat(QuotaRegime.NEW.prices().get().units()).isEqualTo(20);
        assertThat(QuotaRegime.NEW.prices().list().units()).isEqualTo(5);
        assertThat(QuotaRegime.NEW.prices().attachment().units()).isEqualTo(20);
        assertThat(QuotaRegime.NEW.prices().thread().units()).isEqualTo(40);
        assertThat(QuotaRegime.LEGACY.prices().thread().units()).isEqualTo(10);
        assertThat(QuotaRegime.NEW.prices().history().units()).isEqualTo(2);
        assertThat(QuotaRegime.NEW.prices().labels().units()).isEqualTo(1);
        assertThat(QuotaRegime.NEW.prices().profile().units()).isEqualTo(1);
    }

    @Test
    void olderProjectsHaveFifteenThousandAndCheaperGets() {
        assertThat(quotas(Map.of("quota", "legacy")))
                .extracting(Quota::first)
                .containsExactlyInAnyOrder(5L, 15_000L, 1_200_000L, 2_500_000_000L);
        assertThat(quotas(Map.of("quota", "legacy", "concurrency", "3")))
                .extracting(Quota::first, Quota::amount)
                .contains(org.assertj.core.groups.Tuple.tuple(3L, 3L));
        assertThat(QuotaRegime.LEGACY.prices().get().units()).isEqualTo(5);
        assertThat(QuotaRegime.LEGACY.prices().attachment().units()).isEqualTo(5);
    }

    @Test
    void whatARequestCostsIsWhatTheHostSays() {
        Map<String, String> units = Map.of(
                "units-messages-get", "7",
                "units-attachments-get", "8",
                "units-threads-get", "9",
                "units-messages-list", "10",
                "units-history-list", "11",
                "units-labels-list", "12",
                "units-labels-get", "13",
                "units-profile-get", "14");
        Prices prices = GmailSettings.of(Settings.of("google", units)).prices();

        assertThat(List.of(
                        prices.get(),
                        prices.attachment(),
                        prices.thread(),
                        prices.list(),
                        prices.history(),
                        prices.labels(),
                        prices.label(),
                        prices.profile()))
                .extracting(Operation::units)
                .containsExactly(7, 8, 9, 10, 11, 12, 13, 14);
        assertThat(GmailSettings.of(Settings.of("google", Map.of("quota", "legacy")))
                        .prices())
                .isEqualTo(QuotaRegime.LEGACY.prices());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "10001", "many"})
    void aPriceOutOfBoundsIsRefused(String units) {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> quotas(Map.of("units-messages-get", units)))
                .withMessageContaining("units-messages-get")
                .withMessageContaining(units);
    }

    @Test
    void withoutQuotaOnlyTheRequestsAtOnceAreBounded() {
        assertThat(quotas(Map.of("quota", "off"))).extracting(Quota::measure).containsExactly(Quota.Measure.CONCURRENT);
        assertThat(quotas(Map.of("quota", "off", "concurrency", "7")))
                .extracting(Quota::first)
                .containsExactly(7L);
    }

    @Test
    void aDaysBytesOfAUserAndUnitsOfAProjectAreWhatTheHostSays() {
        List<Quota> days = quotas(Map.of(
                        "daily-bytes",
                        "1000",
                        "daily-units",
                        Long.toString(GoogleEmailSource.UNITS_A_DAY_FREE_OF_CHARGE)))
                .stream()
                .filter(quota -> quota.window().equals(Duration.ofDays(1)))
                .toList();
        assertThat(days)
                .extracting(Quota::measure, Quota::scope, Quota::amount)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple(Quota.Measure.BYTES, Quota.Scope.MAILBOX, 1_000L),
                        org.assertj.core.groups.Tuple.tuple(Quota.Measure.UNITS, Quota.Scope.PROJECT, 80_000_000L));
        assertThat(quotas(Map.of("daily-bytes", "0")))
                .extracting(Quota::measure)
                .doesNotContain(Quota.Measure.BYTES);
    }

    @Test
    void whatTheSourceOffersAsPresetsIsWhatItsSettingsGive() {
        assertThat(quotas(Map.of())).isEqualTo(GoogleEmailSource.GMAIL_2026_05);
        assertThat(quotas(Map.of("quota", "legacy"))).isEqualTo(GoogleEmailSource.GMAIL_LEGACY);
    }

    @Test
    void whatCannotBeUsedIsRefusedByName() {
        for (Map<String, String> wrong : List.of(
                Map.of("no-such", "1"),
                Map.of("quota", "old"),
                Map.of("concurrency", "0"),
                Map.of("concurrency", "101"),
                Map.of("content", "mime"),
                Map.of("root-url", "gmail"),
                Map.of("root-url", "https://a/?q=1"),
                Map.of("root-url", "http://gmail.example.com/"),
                Map.of("root-url", "http://127.0.0.1.example.com/"),
                Map.of("overlap-seconds", "-1"),
                Map.of("daily-bytes", "-1"),
                Map.of("daily-units", "many"),
                Map.of("read-timeout-seconds", "0"))) {
            String name = wrong.keySet().iterator().next();
            assertThatExceptionOfType(InvalidRequestException.class)
                    .isThrownBy(() -> quotas(wrong))
                    .withMessageContaining(name);
        }
    }

    @Test
    void aRootWithoutASlashGetsOne() {
        GmailSettings settings = GmailSettings.of(Settings.of("google", Map.of("root-url", "http://127.0.0.1:1/x")));
        assertThat(settings.rootUrl()).hasToString("http://127.0.0.1:1/x/");
    }
}
