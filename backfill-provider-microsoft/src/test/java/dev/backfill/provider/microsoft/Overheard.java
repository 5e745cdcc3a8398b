package dev.backfill.provider.microsoft;

import dev.backfill.spi.PageItem;
import dev.backfill.testkit.PageCollector;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/**
 * All that a provider says while a test runs it, apart from the mail itself: exceptions with their causes, failures, what was
 * skipped and why, and every line logged at INFO and above by whoever logs in this process.
 */
final class Overheard implements AutoCloseable {
    private static final Logger ROOT = Logger.getLogger("");

    private final List<String> said = new CopyOnWriteArrayList<>();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private final PrintStream before = System.err;
    private final Handler handler = new Handler() {
        private final SimpleFormatter formatter = new SimpleFormatter();

        @Override
        public void publish(LogRecord record) {
            said.add(formatter.format(record));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    Overheard() {
        handler.setLevel(Level.INFO);
        ROOT.addHandler(handler);
        // Where slf4j-simple writes in these tests.
        System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
    }

    /** Runs a call that may fail, and hears what it says then. */
    void hear(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException error) {
            StringWriter text = new StringWriter();
            error.printStackTrace(new PrintWriter(text));
            said.add(text.toString());
            said.add(error.toString());
        }
    }

    /** Hears all items of a page but the mail. */
    void hear(PageCollector page) {
        for (PageItem item : page.items()) {
            if (!(item instanceof PageItem.Message)) {
                said.add(item.toString());
            }
        }
    }

    String all() {
        return String.join("\n", said) + errors.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        System.setErr(before);
        ROOT.removeHandler(handler);
    }
}
