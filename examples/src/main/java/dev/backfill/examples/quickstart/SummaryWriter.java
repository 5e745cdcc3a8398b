package dev.backfill.examples.quickstart;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Shows summaries to people and to programs. */
final class SummaryWriter {
    private static final String HEADER = "%-10s %9s %9s %9s %8s %7s %12s %9s %9s %10s%n";
    private static final String ROW = "%-10s %,9d %,9d %,9d %,8d %,7d %,12.1f %9.1f %,9.0f %,10d%n";

    private SummaryWriter() {}

    static void print(List<RunSummary> rows, PrintStream out) {
        out.println();
        out.printf(
                Locale.ROOT,
                HEADER,
                "",
                "listed",
                "published",
                "distinct",
                "skipped",
                "failed",
                "calls/1,000",
                "seconds",
                "mails/s",
                "heap MB");
        for (RunSummary row : rows) {
            out.printf(
                    Locale.ROOT,
                    ROW,
                    row.name(),
                    row.listed(),
                    row.published(),
                    row.distinct(),
                    row.skipped(),
                    row.failed(),
                    row.callsPerThousand(),
                    row.seconds(),
                    row.messagesPerSecond(),
                    row.heapPeakMb());
        }
        out.flush();
    }

    static void write(List<RunSummary> rows, Path file) throws UserMistake {
        try (JsonGenerator json = new JsonFactory().createGenerator(file.toFile(), JsonEncoding.UTF8)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            for (RunSummary row : rows) {
                json.writeObjectFieldStart(row.name());
                write(row, json);
                json.writeEndObject();
            }
            json.writeEndObject();
            json.writeRaw('\n');
        } catch (IOException cannotWrite) {
            throw UserMistake.failed("--json: cannot write " + file);
        }
    }

    private static void write(RunSummary row, JsonGenerator json) throws IOException {
        json.writeNumberField("listed", row.listed());
        json.writeNumberField("published", row.published());
        json.writeNumberField("distinct", row.distinct());
        json.writeNumberField("skipped", row.skipped());
        json.writeNumberField("failed", row.failed());
        json.writeNumberField("api_calls", row.apiCalls());
        json.writeNumberField("seconds", row.seconds());
        json.writeNumberField("messages_per_second", row.messagesPerSecond());
        json.writeNumberField("heap_peak_mb", row.heapPeakMb());
    }
}
