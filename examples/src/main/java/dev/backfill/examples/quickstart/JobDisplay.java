package dev.backfill.examples.quickstart;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.CountKind;
import dev.backfill.api.JobState;
import dev.backfill.api.Progress;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** A line a job with bar, rate and time left: redrawn in place on a terminal, written now and then otherwise. */
final class JobDisplay {
    private static final int BAR_CELLS = 30;
    private static final long PERCENT = 100;
    private static final int DRAWINGS_A_LINE = 4;

    private final PrintStream out;
    private final boolean terminal;
    private int linesDrawn;
    private int drawn;

    JobDisplay(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
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
        jobs.forEach(job -> out.println(line(job)));
        linesDrawn = jobs.size();
        out.flush();
    }

    static String line(BackfillJob job) {
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
                progress.totalKind() == CountKind.UNKNOWN
                        ? ""
                        : String.format(Locale.ROOT, " of %,d", progress.total()),
                tail(job));
    }

    private static String tail(BackfillJob job) {
        if (job.state() != JobState.RUNNING) {
            return job.state().code();
        }
        if (job.waiting() != null) {
            return "waits for " + job.waiting().reason().code();
        }
        Progress progress = job.progress();
        String rate = String.format(Locale.ROOT, "%,.0f/s", progress.emailsPerSecond());
        Duration left = progress.timeLeft();
        return left == null ? rate : rate + "  " + left.toSeconds() + " s left";
    }
}
