package dev.backfill.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.testkit.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class UsefulWalksTest {
    private static final int MOST = 4;
    private static final int PAGES = 100;

    private final CoreLoad twoCores = new CoreLoad(2);
    private final ManualTime time = new ManualTime();
    private final List<UsefulWalks> runs = new ArrayList<>();

    private UsefulWalks run() {
        UsefulWalks run = new UsefulWalks(twoCores, time);
        runs.add(run);
        return run;
    }

    private List<UsefulWalks> runs(int count) {
        for (int i = 0; i < count; i++) {
            run();
        }
        return runs;
    }

    private static void reads(UsefulWalks run, long pageMillis, long encodingMillis) {
        for (int i = 0; i < PAGES; i++) {
            run.handedOver(TimeUnit.MILLISECONDS.toNanos(pageMillis), TimeUnit.MILLISECONDS.toNanos(encodingMillis));
        }
    }

    private static int begin(UsefulWalks run) {
        int walks = 0;
        run.underWay(walks);
        while (walks < MOST && run.hasRoom()) {
            walks++;
            run.underWay(walks);
        }
        return walks;
    }

    @Test
    void aMailboxAloneHasAllItsWalksOnOneCoreWhateverItsPagesTake() {
        UsefulWalks run = new UsefulWalks(new CoreLoad(1), time);

        assertThat(begin(run)).as("before a page is read").isEqualTo(MOST);

        reads(run, 10, 10);

        assertThat(begin(run)).as("where nothing waits").isEqualTo(MOST);
    }

    @Test
    void manyMailboxesThatNobodyKnowsYetHaveOneEachOnceTheCoresAreSpokenFor() {
        assertThat(runs(10).stream().map(UsefulWalksTest::begin)).containsExactly(4, 4, 1, 1, 1, 1, 1, 1, 1, 1);
    }

    @Test
    void manyMailboxesThatMostlyWaitHaveAllTheirWalks() {
        runs(16).forEach(run -> reads(run, 1_000, 2));

        assertThat(runs.stream().map(UsefulWalksTest::begin)).containsOnly(MOST);
    }

    @Test
    void aNearMailboxBesideManyFarOnesHasAllItsWalks() {
        runs(40).forEach(run -> reads(run, 3_000, 2));
        runs.forEach(UsefulWalksTest::begin);
        UsefulWalks near = run();
        reads(near, 8, 3);

        assertThat(begin(near)).isEqualTo(MOST);
    }

    @Test
    void aFarMailboxBesideManyNearOnesHasAllItsWalksForTheyTakeNextToNothing() {
        runs(40).forEach(run -> reads(run, 8, 3));
        runs.forEach(UsefulWalksTest::begin);
        UsefulWalks far = run();
        reads(far, 1_000, 2);

        assertThat(begin(far)).isEqualTo(MOST);
    }

    @Test
    void whoStandsStillLeavesTheCoresToOthersBeforeThePageComes() {
        runs(2).forEach(run -> reads(run, 10, 5));
        runs.forEach(UsefulWalksTest::begin);
        UsefulWalks other = run();
        reads(other, 10, 5);
        assertThat(begin(other)).isEqualTo(1);

        time.advance(Duration.ofSeconds(1));
        runs.subList(0, 2).forEach(run -> run.underWay(MOST));
        reads(other, 10, 5);

        assertThat(begin(other)).isEqualTo(MOST);
    }

    @Test
    void whoTurnsOutToWaitMakesRoomForOthers() {
        runs(8).forEach(UsefulWalksTest::begin);
        UsefulWalks last = run();
        assertThat(begin(last)).isEqualTo(1);

        runs.forEach(run -> reads(run, 500, 1));
        runs.subList(0, 8).forEach(run -> run.underWay(1));

        assertThat(begin(last)).isEqualTo(MOST);
    }

    @Test
    void aRunThatEndsLeavesItsCoresToOthers() {
        runs(20).forEach(UsefulWalksTest::begin);
        UsefulWalks last = run();
        assertThat(begin(last)).isEqualTo(1);

        runs.subList(0, 20).forEach(UsefulWalks::close);

        assertThat(begin(last)).isEqualTo(MOST);
        last.close();
        assertThat(begin(run())).isEqualTo(MOST);
    }

    @Test
    void pagesWithNothingToEncodeTellNothing() {
        runs(8).forEach(run -> reads(run, 1_000, 0));

        assertThat(runs.stream().map(UsefulWalksTest::begin)).containsExactly(4, 4, 1, 1, 1, 1, 1, 1);
    }
}
