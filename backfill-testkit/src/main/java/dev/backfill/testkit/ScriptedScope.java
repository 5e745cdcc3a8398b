package dev.backfill.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What lies in one folder: the generated messages without the removed ones, and the added ones. Not thread-safe. */
final class ScriptedScope {
    private final ScriptedFolder folder;
    private final TreeSet<MailKey> removed = new TreeSet<>();
    private final TreeSet<MailKey> added = new TreeSet<>();

    ScriptedScope(ScriptedFolder folder) {
        this.folder = folder;
    }

    ScriptedFolder folder() {
        return folder;
    }

    /** The key of a generated message, whether it lies here still or not; null for any other id. */
    @Nullable
    MailKey generated(String id) {
        if (!id.startsWith(folder.id() + "-")) {
            return null;
        }
        String digits = id.substring(folder.id().length() + 1);
        if (digits.length() < 7 || digits.length() > 9 || !digits.chars().allMatch(Character::isDigit)) {
            return null;
        }
        int number = Integer.parseInt(digits);
        return number < folder.count() && folder.messageId(number).equals(id) ? key(number) : null;
    }

    private MailKey key(int number) {
        return new MailKey(folder.second(number), folder.messageId(number));
    }

    boolean contains(MailKey mail) {
        return added.contains(mail) || (mail.equals(generated(mail.id())) && !removed.contains(mail));
    }

    void add(MailKey mail) {
        if (mail.equals(generated(mail.id()))) {
            removed.remove(mail);
        } else {
            added.add(mail);
        }
    }

    void remove(MailKey mail) {
        if (!added.remove(mail)) {
            removed.add(mail);
        }
    }

    long count(long from, long to) {
        return (long) folder.before(to) - folder.before(from) - within(removed, from, to) + within(added, from, to);
    }

    private static int within(SortedSet<MailKey> keys, long from, long to) {
        return keys.subSet(new MailKey(from, ""), new MailKey(to, "")).size();
    }

    /** The first messages of a window after a key, in order. */
    List<MailKey> page(long from, long to, @Nullable MailKey after, int most) {
        List<MailKey> page = new ArrayList<>();
        long begin = after == null ? from : Math.max(from, after.second());
        TreeSet<MailKey> extra = new TreeSet<>(added.subSet(new MailKey(begin, ""), new MailKey(to, "")));
        int end = folder.before(to);
        int number = folder.before(begin);
        while (page.size() < most && (number < end || !extra.isEmpty())) {
            MailKey next = number < end ? key(number) : null;
            if (next == null || (!extra.isEmpty() && extra.first().compareTo(next) < 0)) {
                next = extra.pollFirst();
            } else {
                number++;
            }
            if (next != null && (after == null || next.compareTo(after) > 0) && !removed.contains(next)) {
                page.add(next);
            }
        }
        return page;
    }

    List<Long> cuts(long from, long to, int windowMessages) {
        List<Long> cuts = new ArrayList<>();
        int first = folder.before(from);
        for (int number = folder.before(to) - windowMessages; number > first; number -= windowMessages) {
            long second = folder.second(number);
            if (second > from && (cuts.isEmpty() || second < cuts.get(cuts.size() - 1))) {
                cuts.add(second);
            }
        }
        return cuts;
    }
}
