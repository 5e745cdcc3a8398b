package dev.backfill.testkit.mail;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Puts messages into threads as mail clients did before providers did it: what names one another's Message-ID, directly or
 * over others, belongs together. A thread's key is the id of its oldest message.
 */
final class MailThreads {
    /** Union-find over message ids: each id points towards its thread's representative. */
    private final Map<String, String> towards = new HashMap<>();

    private MailThreads() {}

    static List<StoredMail> assign(List<StoredMail> mails) {
        MailThreads threads = new MailThreads();
        List<String> anyId = new ArrayList<>(mails.size());
        for (StoredMail mail : mails) {
            anyId.add(threads.join(mail));
        }
        Map<String, StoredMail> oldest = new HashMap<>();
        for (int i = 0; i < mails.size(); i++) {
            oldest.merge(
                    threads.find(anyId.get(i)),
                    mails.get(i),
                    (first, second) -> second.receivedAt().isBefore(first.receivedAt()) ? second : first);
        }
        List<StoredMail> threaded = new ArrayList<>(mails.size());
        for (int i = 0; i < mails.size(); i++) {
            StoredMail first =
                    requireNonNull(oldest.get(threads.find(anyId.get(i))), "each thread has an oldest message");
            threaded.add(mails.get(i).toBuilder().threadKey(first.id()).build());
        }
        return List.copyOf(threaded);
    }

    private String join(StoredMail mail) {
        ParsedMail parsed = mail.parsed();
        List<String> ids = new ArrayList<>(ParsedMail.ids(parsed.messageId()));
        ids.addAll(parsed.references());
        // Old mailers wrote "Message from A <a@b> of yesterday <id>": the id is the last.
        List<String> answered = ParsedMail.ids(parsed.inReplyTo());
        ids.addAll(answered.subList(Math.max(0, answered.size() - 1), answered.size()));
        ids.removeIf(id -> id.indexOf('@') < 0);
        if (ids.isEmpty()) {
            ids.add(mail.id());
        }
        for (String id : ids) {
            towards.put(find(id), find(ids.get(0)));
        }
        return ids.get(0);
    }

    private String find(String id) {
        String at = id;
        String next = towards.getOrDefault(at, at);
        while (!next.equals(at)) {
            String further = towards.getOrDefault(next, next);
            towards.put(at, further);
            at = next;
            next = further;
        }
        return at;
    }
}
