package dev.backfill.examples.quickstart;

import dev.backfill.testkit.mail.ManifestFinding;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What {@code --verify} says of one provider's mail. Immutable.
 *
 * @param holds true if all that had to arrive arrived, once and unaltered
 * @param line the answer in one sentence
 * @param details what is wrong, a line each; empty when it holds
 */
record Verdict(boolean holds, String line, List<String> details) {
    private static final int DETAILS_SHOWN = 20;

    /** Copies the details. */
    Verdict {
        details = List.copyOf(details);
    }

    /**
     * Judges mail that is known here.
     *
     * @param findings what differs from the manifest
     * @param failures the job's failure rows
     * @param realMail true for real mail, of which a message that cannot be read is done when a failure row says why; generated
     *     mail is all readable, so that each missing message is a fault of ours
     * @param compared how many different messages arrived
     * @param mayDouble how many messages may have come twice, because runs were killed
     */
    static Verdict byManifest(
            List<ManifestFinding> findings, FailureRows failures, boolean realMail, long compared, long mayDouble) {
        List<String> details = new ArrayList<>();
        int explained = 0;
        int doubled = 0;
        for (ManifestFinding finding : findings) {
            @Nullable
            String reason = finding.kind() == ManifestFinding.Kind.MISSING
                    ? failures.reasonOf().get(finding.messageId())
                    : null;
            if (reason != null && realMail) {
                explained++;
            } else if (finding.kind() == ManifestFinding.Kind.DUPLICATE && doubled < mayDouble) {
                doubled++;
            } else {
                details.add(finding + (reason == null ? "" : ", failed: " + reason));
            }
        }
        if (compared == 0 && details.isEmpty()) {
            return ofNothing(explained);
        }
        return new Verdict(
                details.isEmpty(),
                (details.isEmpty() ? "verified" : "NOT verified, " + count(details.size(), "finding"))
                        + ", every field of " + count(compared, "message") + " compared"
                        + (explained == 0
                                ? ""
                                : "; " + count(explained, "message") + " more did not arrive and "
                                        + (explained == 1 ? "has" : "have") + " a failure row with a reason")
                        + twice(doubled, mayDouble),
                shown(details));
    }

    /**
     * Judges mail that is known here of a job that did not complete: it never holds, and what did not arrive is no news.
     *
     * @param findings what differs from the manifest
     */
    static Verdict ofUnfinished(List<ManifestFinding> findings) {
        List<String> details = findings.stream()
                .filter(finding -> finding.kind() != ManifestFinding.Kind.MISSING
                        && finding.kind() != ManifestFinding.Kind.DUPLICATE)
                .map(ManifestFinding::toString)
                .toList();
        return new Verdict(
                false, "NOT verified, " + count(details.size(), "finding") + " of what arrived", shown(details));
    }

    /** Judges mail of a server whose mail is not known here: by its counts. */
    static Verdict byCount(long published, long received, long distinct, long mayDouble) {
        if (published == 0 && received == 0) {
            return ofNothing(0);
        }
        boolean holds = distinct == published && received - distinct <= mayDouble;
        return new Verdict(
                holds,
                String.format(
                        Locale.ROOT,
                        "%s by count only, since this server's mail is not known here: %,d published, %,d arrived, %,d"
                                + " distinct",
                        holds ? "verified" : "NOT verified",
                        published,
                        received,
                        distinct),
                List.of());
    }

    /** Where nothing was compared, nothing is proved. */
    private static Verdict ofNothing(int explained) {
        return new Verdict(
                false,
                "NOT verified, nothing was compared: "
                        + (explained == 0
                                ? "no message was in range (--folders, --from, --to, and no later than the job's start)"
                                : count(explained, "message") + " did not arrive, with a failure row each"),
                List.of());
    }

    private static String twice(long doubled, long mayDouble) {
        return mayDouble == 0
                ? ""
                : "; " + count(doubled, "message") + " came twice, at most "
                        + String.format(Locale.ROOT, "%,d", mayDouble) + " may after what was killed or cut off";
    }

    private static List<String> shown(List<String> details) {
        if (details.size() <= DETAILS_SHOWN) {
            return details;
        }
        List<String> shown = new ArrayList<>(details.subList(0, DETAILS_SHOWN));
        shown.add("... and " + (details.size() - DETAILS_SHOWN) + " more");
        return shown;
    }

    private static String count(long count, String what) {
        return String.format(Locale.ROOT, "%,d %s", count, what) + (count == 1 ? "" : "s");
    }
}
