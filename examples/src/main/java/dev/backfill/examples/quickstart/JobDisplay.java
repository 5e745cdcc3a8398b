package dev.backfill.examples.quickstart;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.CountKind;
import dev.backfill.api.JobState;
import dev.backfill.api.Progress;
import dev.backfill.api.Waiting;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;

/** A line a job with bar, rate and time left: redrawn in place on a terminal, written now and then otherwise. */
final class JobDisplay {
    private static final int BAR_CELLS = 30;
    private static final long PERCENT = 100;
    private static final int DRAWINGS_A_LINE = 4;
    private static final Duration NEWS = Duration.ofSeconds(1);

    private final PrintStream out;
    private final boolean terminal;
    private final InstantSource clock;
    private int linesDrawn;
    private int drawn;

    JobDisplay(PrintStream out, boolean terminal, InstantSource clock) {
        this.out = out;
        this.terminal = terminal;
        this.clock = clock;
    }

    /** Draws now; where lines cannot be redrawn only now and then, lest a log drowns in them. */
    void draw(List<BackfillJob> jobs) {
        if (terminal || drawn % DRAWINGS_A_LINE == 0) {
            drawLast(jobs);
        }
        drawn++;
    }

    void drawLast(List<BackfillJob> jobs) {
        if (terminal && linesDrawn > 0) {
            // Up to the first line drawn before, and clear what follows.
            out.print("\033[" + linesDrawn + "A\033[J");
        }
        jobs.forEach(job -> out.println(line(job, clock.instant())));
        linesDrawn = jobs.size();
        out.flush();
    }

    static String line(BackfillJob job, Instant now) {
        Progress progress = job.progress();
        Double share = job.share();
        int filled = share == null ? 0 : (int) (share * BAR_CELLS);
        String percent = share == null ? "  ?" : String.format(Locale.ROOT, "%3d", (int) (share * PERCENT));
        return String.format(
                Locale.ROOT,
                "%-10s [%s%s] %s%%  %,d%s  %s",
                job.request().provider(),
                "#".repeat(filled),
                ".".repeat(BAR_CELLS - filled),
                percent,
                progress.processed(),
                total(progress),
                tail(job, now));
    }

    /** Nothing where nobody knows, or where a guess has turned out too low. */
    private static String total(Progress progress) {
        if (progress.totalKind() == CountKind.UNKNOWN || progress.processed() > progress.total()) {
            return "";
        }
        return String.format(
                Locale.ROOT,
                progress.totalKind() == CountKind.ESTIMATE ? " of about %,d" : " of %,d",
                progress.total());
    }

    private static String tail(BackfillJob job, Instant now) {
        if (job.state() != JobState.RUNNING) {
            return job.state().code();
        }
        Progress progress = job.progress();
        Waiting waiting = job.waiting();
        if (waiting != null) {
            String waits = "waits for " + waiting.reason().code();
            Instant until = waiting.until();
            if (until == null) {
                return waits;
            }
            // The rate that the job asked for makes it wait some milliseconds now and then; that is work, and no news.
            if (until.isAfter(now.plus(NEWS))) {
                return waits + ", " + Duration.between(now, until).toSeconds() + " s";
            }
        }
        String rate = String.format(Locale.ROOT, "%,.0f/s", progress.emailsPerSecond());
        Duration left = progress.processed() > progress.total() ? null : progress.timeLeft();
        return left == null ? rate : rate + "  " + left.toSeconds() + " s left";
    }
}
