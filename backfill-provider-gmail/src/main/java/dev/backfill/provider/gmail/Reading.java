package dev.backfill.provider.gmail;

import dev.backfill.provider.gmail.MessageFetcher.Form;
import dev.backfill.spi.ApiCalls;
import java.time.InstantSource;

/**
 * All that depends on the form in which a mailbox's messages are read: who gets them, by which requests, and what that costs.
 * Immutable and thread-safe.
 *
 * @param fetcher gets messages
 * @param estimator says what a query takes
 * @param walk reads windows
 * @param changes reads changes
 */
record Reading(MessageFetcher fetcher, Estimator estimator, WindowWalk walk, Changes changes) {
    static Reading of(
            Form form,
            GmailClient client,
            ApiCalls calls,
            GmailSettings settings,
            InstantSource clock,
            Windows windows,
            GoneLabels goneLabels,
            Contents contents) {
        Prices prices = settings.prices();
        Outages outages = new Outages(client, calls, prices);
        MessageFetcher fetcher = new MessageFetcher(client, calls, prices, outages, form, contents);
        GetPlan plan = new GetPlan(prices, form != Form.PARTS);
        AverageBytes averageBytes = new AverageBytes();
        MailSample sample = new MailSample(windows, client, calls, settings, form, clock);
        return new Reading(
                fetcher,
                new Estimator(windows, plan, prices, client, calls, sample),
                new WindowWalk(windows, fetcher, plan, goneLabels, outages, averageBytes),
                new Changes(client, calls, prices, fetcher, plan, averageBytes));
    }
}
