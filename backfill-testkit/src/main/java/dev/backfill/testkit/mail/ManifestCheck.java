package dev.backfill.testkit.mail;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Compares published events with a {@link Manifest}, one by one, holding no event. Thread-safe; for one run.
 *
 * <p>Call {@link #accept} for each event that arrived, then {@link #finish} once.
 */
public final class ManifestCheck {
    private static final String ABSENT = "absent";
    private static final WireField[] FIELDS = WireField.values();

    private final Manifest manifest;
    private final Object lock = new Object();
    private final Sha256 sha256 = new Sha256();
    private final Set<String> seen = new HashSet<>();
    private final List<ManifestFinding> findings = new ArrayList<>();

    ManifestCheck(Manifest manifest) {
        this.manifest = manifest;
    }

    /**
     * Judges one published event.
     *
     * @param json the event's UTF-8 JSON, which is not kept
     * @return true if nothing is wrong with it
     */
    public boolean accept(byte[] json) {
        List<ManifestFinding> wrong = new ArrayList<>();
        try {
            judge(PublishedEmail.read(json), wrong);
        } catch (IOException e) {
            wrong.add(ManifestFinding.of(ManifestFinding.Kind.UNREADABLE, ""));
        }
        synchronized (lock) {
            findings.addAll(wrong);
        }
        return wrong.isEmpty();
    }

    private void judge(PublishedEmail email, List<ManifestFinding> wrong) {
        byte[] hashes = manifest.hashes(email.id());
        if (hashes == null) {
            wrong.add(ManifestFinding.of(ManifestFinding.Kind.UNKNOWN, email.id()));
            return;
        }
        synchronized (lock) {
            if (!seen.add(email.id())) {
                wrong.add(ManifestFinding.of(ManifestFinding.Kind.DUPLICATE, email.id()));
            }
            for (WireField field : FIELDS) {
                if (manifest.compares(field)) {
                    compare(email, field, hashes, wrong);
                }
            }
        }
    }

    private void compare(PublishedEmail email, WireField field, byte[] hashes, List<ManifestFinding> wrong) {
        String text = email.text(field);
        byte[] found = text == null ? null : sha256.of(text);
        int place = Manifest.place(field);
        if (found == null || !Sha256.isAt(hashes, place, found)) {
            String shown = found == null ? ABSENT : Sha256.hex(found, 0);
            wrong.add(new ManifestFinding(
                    ManifestFinding.Kind.DIFFERENT, email.id(), field.wireName(), Sha256.hex(hashes, place), shown));
        }
    }

    /** {@return the number of different known messages so far} */
    public int distinct() {
        synchronized (lock) {
            return seen.size();
        }
    }

    /**
     * Gives everything that is wrong.
     *
     * @return the findings in the order of arrival, then the messages that are missing in the manifest's order; empty when all
     *     is well
     */
    public List<ManifestFinding> finish() {
        return finish(Set.of());
    }

    /**
     * Gives everything that is wrong when some of the manifest's messages turned out to be none of the run's, for instance those
     * dated after it began: they must not be there.
     *
     * @param outside ids of the manifest's messages that must not have been published; others are ignored
     * @return as {@link #finish()}, without {@link ManifestFinding.Kind#MISSING} and with {@link ManifestFinding.Kind#UNKNOWN}
     *     for those
     */
    public List<ManifestFinding> finish(Set<String> outside) {
        synchronized (lock) {
            List<ManifestFinding> all = new ArrayList<>(findings);
            for (String id : manifest.messageIds()) {
                if (seen.contains(id) == outside.contains(id)) {
                    all.add(ManifestFinding.of(
                            seen.contains(id) ? ManifestFinding.Kind.UNKNOWN : ManifestFinding.Kind.MISSING, id));
                }
            }
            return List.copyOf(all);
        }
    }
}
