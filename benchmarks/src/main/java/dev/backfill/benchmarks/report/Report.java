package dev.backfill.benchmarks.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Collects rows and shows each as soon as it is there. Not thread-safe. */
public final class Report {
    private static final String FORMAT = "%-64s %14s %-20s %7s  %s%n";

    private final PrintStream out;
    private final List<Row> rows = new ArrayList<>();

    /**
     * Starts empty.
     *
     * @param out where the table is printed
     */
    public Report(PrintStream out) {
        this.out = out;
    }

    /**
     * Prints a line that is no figure, for instance what is being measured.
     *
     * @param line the line
     */
    public void say(String line) {
        out.println(line);
    }

    /**
     * Adds a figure and prints it.
     *
     * @param row the figure
     */
    public void add(Row row) {
        if (rows.isEmpty()) {
            out.printf(FORMAT, "what", "value", "unit", "ratio", "to");
        }
        rows.add(row);
        Double ratio = row.ratio();
        out.printf(
                FORMAT,
                row.name(),
                number(row.value()),
                row.unit(),
                ratio == null ? "" : String.format(Locale.ROOT, "%.3f", ratio),
                row.ratioTo() == null ? "" : row.ratioTo());
    }

    /** {@return what was added so far} */
    public List<Row> rows() {
        return List.copyOf(rows);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, Math.abs(value) >= 100 ? "%,.0f" : "%,.4f", value);
    }

    /** {@return the rows as a JSON array of objects with name, value, unit, ratio and ratio_to} */
    public String json() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.useDefaultPrettyPrinter();
            json.writeStartArray();
            for (Row row : rows) {
                write(json, row);
            }
            json.writeEndArray();
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        return text.toString();
    }

    private static void write(JsonGenerator json, Row row) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", row.name());
        json.writeNumberField("value", row.value());
        json.writeStringField("unit", row.unit());
        Double ratio = row.ratio();
        if (ratio == null) {
            json.writeNullField("ratio");
        } else {
            json.writeNumberField("ratio", ratio);
        }
        json.writeStringField("ratio_to", row.ratioTo());
        json.writeEndObject();
    }
}
