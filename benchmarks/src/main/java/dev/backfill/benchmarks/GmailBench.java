package dev.backfill.benchmarks;

import dev.backfill.api.BackfillManager;
import dev.backfill.api.BackfillRequest;
import dev.backfill.benchmarks.report.Report;
import dev.backfill.benchmarks.report.Row;
import dev.backfill.core.BackfillBuilder;
import dev.backfill.core.time.SystemTime;
import dev.backfill.model.FolderRole;
import dev.backfill.provider.gmail.GoogleEmailSource;
import dev.backfill.spi.Quota;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.http.QuotaMeter;
import dev.backfill.testkit.mail.GeneratorOptions;
import dev.backfill.testkit.mail.MailGenerator;
import dev.backfill.testkit.mail.StoredMail;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a Gmail crawl costs in units and calls, beside one get a message, and how many messages a second that makes of the quota.
 * Half of the threads have one message, 20 % two, 10 % three, 7 % four, 9 % 5 to 10 and 4 % 11 to 30.
 */
final class GmailBench implements Bench {
    private static final String BOX = "box@example.com";
    private static final Set<FolderRole> UNREAD = Set.of(FolderRole.JUNK, FolderRole.DELETED);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final int[] LATENCIES_MS = {30, 100, 300};
    private static final int MESSAGES = 20_000;
    private static final double SHARE = 0.95;

    /** How much slower answers come than people's do, in whose threads they come after minutes to days. */
    private static final int YEARS = 30;

    /** What Google asks and allows. */
    private enum Regime {
        NEW("new", FakeGmail.Prices.NEW, 6_000, 20, 40, 6.4, 10),
        /** On a clock ten times faster its forty requests a second would be more than the machine can send and answer. */
        LEGACY("legacy", FakeGmail.Prices.LEGACY, 15_000, 5, 10, 4.4, 2);

        private final String setting;
        private final FakeGmail.Prices prices;
        private final long units;
        private final int get;
        private final int thread;
        private final double minutes;
        private final int scale;

        /**
         * Makes a regime.
         *
         * @param units what a minute allows
         * @param get what a message costs by itself
         * @param thread what a thread costs
         * @param minutes how many minutes of quota a run takes, about
         * @param scale how many times faster than the real one its clock is
         */
        Regime(String setting, FakeGmail.Prices prices, long units, int get, int thread, double minutes, int scale) {
            this.setting = setting;
            this.prices = prices;
            this.units = units;
            this.get = get;
            this.thread = thread;
            this.minutes = minutes;
            this.scale = scale;
        }

        /** Units a message where each thread lies in one window and lists cost nothing. */
        double arithmetic(List<StoredMail> mails) {
            Map<String, Long> lengths =
                    mails.stream().collect(Collectors.groupingBy(StoredMail::threadKey, Collectors.counting()));
            long sum = lengths.values().stream()
                    .mapToLong(length -> Math.min(length * get, thread))
                    .sum();
            return sum / (double) mails.size();
        }
    }

    /** What a crawl took. */
    private record Cost(double units, double calls) {}

    @Override
    public void run(Report report, Size size) throws Exception {
        for (Regime regime : Regime.values()) {
            cost(report, regime, "answers within days", mails(size.of(size.quick() ? 2_000 : MESSAGES), 1));
            cost(report, regime, "threads over years", mails(size.of(size.quick() ? 2_000 : MESSAGES), YEARS));
        }
        for (Regime regime : Regime.values()) {
            for (int latency : size.quick() ? new int[] {LATENCIES_MS[1]} : LATENCIES_MS) {
                rate(report, regime, Duration.ofMillis(latency), size);
            }
        }
    }

    /** Mail that a request without folders means. */
    private static List<StoredMail> mails(int messages, int pace) {
        GeneratorOptions options =
                GeneratorOptions.of(1, messages + messages / 3).withThreadPace(pace);
        return new MailGenerator(options)
                .mails()
                .filter(mail -> !UNREAD.contains(mail.folder().top().role()))
                .limit(messages)
                .toList();
    }

    private static void cost(Report report, Regime regime, String shape, List<StoredMail> mails) throws IOException {
        // Mail that is read as its MIME is got one by one.
        Cost singly = cost(regime, mails, "raw");
        Cost planned = cost(regime, mails, "full");
        String name = regime.setting + ", " + shape;
        report.add(Row.of(name + ", one get each", singly.units(), "units/1,000"));
        report.add(Row.of(name, planned.units(), "units/1,000").to(singly.units(), "one get each"));
        report.add(Row.of(name + ", arithmetic", 1_000 * regime.arithmetic(mails), "units/1,000")
                .to(1_000.0 * regime.get, "gets alone"));
        report.add(Row.of(name, planned.calls(), "calls/1,000").to(singly.calls(), "one get each"));
    }

    private static Cost cost(Regime regime, List<StoredMail> mails, String content) throws IOException {
        try (SystemTime time = new SystemTime()) {
            QuotaMeter meter = new QuotaMeter(Long.MAX_VALUE / 2, MINUTE, FakeGmail.CONCURRENT, time);
            try (FakeGmail gmail = FakeGmail.builder()
                    .mailbox(BOX, mails)
                    .quota(regime.prices, meter)
                    .start()) {
                Map<String, String> settings = settings(gmail, regime);
                settings.put("content", content);
                BackfillBuilder engine = JobRuns.builder()
                        .settings(GoogleEmailSource.ID, settings)
                        .quotas(GoogleEmailSource.ID, List.of(Quota.concurrent("few", 8)));
                crawl(engine, mails.size(), () -> {});
                double thousands = mails.size() / 1e3;
                return new Cost(meter.spent(BOX) / thousands, gmail.journal().total() / thousands);
            }
        }
    }

    private static void rate(Report report, Regime regime, Duration latency, Size size) throws IOException {
        double unitsASecond = SHARE * regime.units / MINUTE.toSeconds();
        double minutes = size.windows(size.quick() ? 1.6 : regime.minutes);
        List<StoredMail> mails = mails((int) (unitsASecond * 60 * minutes / (0.53 * regime.get)), 1);
        try (ScaledTime time = new ScaledTime(regime.scale)) {
            QuotaMeter meter = new QuotaMeter(regime.units, MINUTE, FakeGmail.CONCURRENT, time);
            Samples samples = new Samples(time, () -> meter.spent(BOX));
            try (FakeGmail gmail = FakeGmail.builder()
                    .mailbox(BOX, mails)
                    .quota(regime.prices, meter)
                    .latency(time.real(latency))
                    .start()) {
                BackfillBuilder engine = JobRuns.builder()
                        .settings(GoogleEmailSource.ID, settings(gmail, regime))
                        .time(time);
                crawl(engine, mails.size(), samples::take);
                double messagesAUnit = mails.size() / (double) meter.spent(BOX);
                String name = regime.setting + ", " + latency.toMillis() + " ms";
                report.add(Row.of(name, samples.rate(MINUTE) * messagesAUnit, "messages/s")
                        .to(unitsASecond * messagesAUnit, "share x quota"));
                report.add(Row.of(name + ", beside one get each", samples.rate(MINUTE) * messagesAUnit, "messages/s")
                        .to(unitsASecond / regime.get, "share x quota"));
                report.add(Row.of(name + ", at once at the most", meter.peakConcurrency(BOX), "calls"));
                report.add(Row.of(name + ", refused", (double) meter.refusals(BOX), "calls"));
            }
        }
    }

    private static Map<String, String> settings(FakeGmail gmail, Regime regime) {
        Map<String, String> settings = new HashMap<>();
        settings.put("root-url", gmail.rootUrl().toString());
        settings.put("quota", regime.setting);
        return settings;
    }

    private static void crawl(BackfillBuilder builder, int messages, Runnable whileRunning) {
        RecordingSink sink = new RecordingSink().countsOnly();
        BackfillRequest request = JobRuns.request(GoogleEmailSource.ID, BOX).build();
        try (BackfillManager engine =
                builder.source(new GoogleEmailSource()).sink(sink).build()) {
            JobRuns.toTheirEnds(engine, List.of(request), whileRunning);
        }
        if (sink.counts().delivered() != messages) {
            throw new IllegalStateException(
                    "of " + messages + " messages " + sink.counts().delivered() + " arrived");
        }
    }
}
