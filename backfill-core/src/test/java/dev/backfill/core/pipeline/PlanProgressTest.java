package dev.backfill.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.JobCounts;
import dev.backfill.spi.Partition;
import dev.backfill.spi.PartitionRecord;
import dev.backfill.spi.Position;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A plan in which the same partition is named more than once: each is walked as often as it must be, and no oftener. */
class PlanProgressTest {
    private static final Partition A = window(0);
    private static final Partition B = window(1);
    private static final Partition C = window(2);
    private static final Partition FOLDERS = Partition.window("children:x", null, null);
    private static final Partition CHANGES = Partition.changes("inbox", "mark");
    private static final Partition PIN = Partition.pin("inbox");

    private final PlanProgress plan = new PlanProgress(JobCounts.ZERO, 0);

    private static Partition window(int number) {
        Instant from = Instant.parse("2024-01-01T00:00:00Z").plusSeconds(number);
        return Partition.window("inbox", from, from.plusSeconds(1));
    }

    private PartitionState begin(Partition expected) {
        PartitionState state = plan.next(true);
        assertThat(state).as("is to be walked").isNotNull();
        assertThat(state.partition()).isEqualTo(expected);
        return state;
    }

    private void walk(Partition... expected) {
        Stream.of(expected).map(this::begin).toList().forEach(plan::finish);
    }

    /** Ends a partition in favour of others. */
    private void replace(PartitionState state, Partition... others) {
        plan.finish(state);
        plan.insertNext(state.partition(), List.of(others));
    }

    private void assertNothingIsLeft() {
        assertThat(plan.next(true)).isNull();
        assertThat(plan.isWalked()).isTrue();
    }

    private static PartitionRecord stored(Partition partition, int ordinal, boolean done) {
        return new PartitionRecord(partition, ordinal, Position.START, done, 1, JobCounts.ZERO, JobCounts.ZERO);
    }

    private static PartitionRecord begun(Partition partition, int ordinal) {
        JobCounts five = new JobCounts(5, 5, 0, 0);
        return new PartitionRecord(partition, ordinal, new Position("middle"), false, 1, five, five);
    }

    private void interpose(List<Partition> partitions) {
        plan.interpose(partitions, scope -> false);
    }

    @Test
    void aPlanThatNamesAWindowTwiceWalksItOnce() {
        plan.append(List.of(A, B, A));

        walk(A, B);
        assertNothingIsLeft();
        assertThat(plan.unstored().take().partitions())
                .extracting(PartitionRecord::partition)
                .containsExactly(A, B);
    }

    @Test
    void whatWaitsIsUnderWayOrDoneIsNotPlannedAgainInPlaceOfAnother() {
        plan.append(List.of(A, FOLDERS, B, C));
        walk(A);
        PartitionState folders = begin(FOLDERS);
        PartitionState underWay = begin(B);

        replace(folders, A, B, C, C);
        plan.finish(underWay);

        walk(C);
        assertNothingIsLeft();
    }

    @Test
    void whatAnEarlierRunWalkedOrLeftIsNotPlannedAgainEither() {
        plan.load(List.of(stored(FOLDERS, 0, false), stored(A, 1, true), stored(B, 2, false)));
        replace(begin(FOLDERS), A, B, C);

        walk(C, B);
        assertNothingIsLeft();
    }

    @Test
    void lostChangesHaveWhatWasWalkedBeforeWalkedAgainBehindANewMark() {
        plan.append(List.of(PIN, A, B));
        walk(PIN);
        walk(A, B);
        plan.append(List.of(CHANGES));

        replace(begin(CHANGES), PIN, A, B);

        PartitionState pin = begin(PIN);
        assertThat(plan.next(true)).as("before the mark is taken").isNull();
        plan.finish(pin);
        walk(again(A), again(B));
        assertNothingIsLeft();
    }

    private static Partition again(Partition window) {
        return Rewalk.instead(CHANGES, window);
    }

    @Test
    void whatAWindowWasCutIntoIsWalkedAgainToo() {
        plan.append(List.of(PIN, A));
        walk(PIN);
        replace(begin(A), B, C);
        walk(B, C);
        plan.append(List.of(CHANGES));

        replace(begin(CHANGES), PIN, A);
        walk(PIN);
        replace(begin(again(A)), B, C);

        walk(again(B), again(C));
        assertNothingIsLeft();
    }

    @Test
    void whatNobodyHasBegunIsNotWalkedBesidesWhatIsReadAgain() {
        plan.load(List.of(stored(PIN, 0, true), begun(A, 1), stored(B, 2, false)));
        interpose(List.of(CHANGES));

        replace(begin(CHANGES), PIN, A, B);

        walk(PIN);
        walk(again(A), again(B), A);
        assertNothingIsLeft();
    }

    @Test
    void changesAreReadBeforeWhatWaitsAndANewFolderAfterIt() {
        plan.append(List.of(PIN, A, B));
        walk(PIN);
        walk(A);
        Partition newPin = Partition.pin("new");

        interpose(List.of(CHANGES, newPin, A, C));

        PartitionState underWay = begin(CHANGES);
        walk(newPin);
        plan.finish(underWay);
        walk(B, C);
        assertNothingIsLeft();
    }

    @Test
    void whatIsToldOfAScopeWhoseMarkMovedSinceTheQuestionIsLeftToTheNext() {
        plan.append(List.of(PIN, A));
        walk(PIN);

        plan.interpose(List.of(CHANGES, B, Partition.pin("new")), "inbox"::equals);

        walk(A);
        walk(Partition.pin("new"));
        assertNothingIsLeft();
    }

    @Test
    void changesThatAreBeingReadAreNotPlannedTwice() {
        plan.append(List.of(A));
        interpose(List.of(CHANGES));
        PartitionState underWay = begin(CHANGES);

        interpose(List.of(CHANGES));

        plan.finish(underWay);
        walk(A);
        assertNothingIsLeft();
    }

    @Test
    void aPartitionThatStandsInForItselfIsWalkedAgain() {
        plan.append(List.of(A));

        replace(begin(A), A);

        walk(A);
        assertNothingIsLeft();
    }

    @Test
    void aPlanOfChangesMayNameWhatWasWalkedBefore() {
        plan.append(List.of(A));
        walk(A);

        plan.append(List.of(PIN, A, A));

        walk(PIN);
        walk(A);
        assertNothingIsLeft();
    }

    @Test
    void aFolderThatWasSkippedIsTriedAgainWhereItIsPlannedAgain() {
        plan.append(List.of(A, FOLDERS));
        PartitionState skipped = begin(A);
        PartitionState folders = begin(FOLDERS);
        plan.skip(skipped);

        replace(folders, A);

        assertThat(begin(A)).as("goes on where it was").isSameAs(skipped);
        plan.finish(skipped);
        plan.acceptSkipped();
        assertNothingIsLeft();
    }

    @Test
    void aCheckpointHoldsOneRecordAPartitionWhateverBecameOfIt() {
        plan.append(List.of(A));
        plan.unstored().take();

        replace(begin(A), A);

        List<PartitionRecord> records = new ArrayList<>(plan.unstored().take().partitions());
        assertThat(records).hasSize(1);
        assertThat(records.get(0).done()).isFalse();
    }

    @Test
    void windowsWaitForTheMarkAndForTheChangesOfTheirScope() {
        plan.append(List.of(PIN, CHANGES, A));
        PartitionState pin = begin(PIN);
        assertThat(plan.next(true)).as("before the mark is taken").isNull();
        plan.finish(pin);
        PartitionState changes = begin(CHANGES);
        assertThat(plan.next(true)).as("before the changes are read").isNull();
        plan.finish(changes);

        walk(A);
        assertNothingIsLeft();
    }

    @Test
    void anotherRunLetsThemWaitForBothToo() {
        plan.load(List.of(stored(A, 0, false), stored(PIN, 1, false), stored(CHANGES, 2, false)));
        walk(PIN);
        PartitionState changes = begin(CHANGES);

        assertThat(plan.next(true)).isNull();
        plan.finish(changes);
        walk(A);
        assertNothingIsLeft();
    }

    /** They may hand over what is gone by the time another run reads the changes, and which the changes then never knew. */
    @Test
    void windowsOfAScopeWhoseChangesNobodyAnswersForAreLeftToAnotherRunToo() {
        Partition elsewhere = Partition.window("sent", null, null);
        plan.append(List.of(CHANGES, A, elsewhere));

        plan.leaveUnanswered(begin(CHANGES));

        walk(elsewhere);
        assertThat(plan.next(true)).isNull();
        assertThat(plan.activeCount()).isZero();
        assertThat(plan.isWalked()).isFalse();
    }

    @Test
    void windowsOfAScopeWhoseChangesWereCutAreLeftToo() {
        plan.append(List.of(CHANGES, A));

        plan.leave(begin(CHANGES));

        assertThat(plan.next(true)).isNull();
        assertThat(plan.activeCount()).isZero();
    }

    @Test
    void windowsDoNotWaitForChangesThatNobodyMayRead() {
        plan.append(List.of(CHANGES, A));

        plan.skip(begin(CHANGES));

        walk(A);
        assertNothingIsLeft();
    }

    /** In the store too, and in the checkpoint that tells it: another run would tell as there what this one told as deleted. */
    @Test
    void theWindowsOfAScopeThatEndedAreWalkedInNoRun() {
        Partition other = Partition.window("sent", null, null);
        Partition waiting = window(9);
        Partition walked = window(8);
        plan.load(List.of(
                stored(walked, 0, false),
                stored(A, 1, false),
                begun(B, 2),
                stored(C, 3, false),
                stored(other, 4, false),
                begun(waiting, 5)));
        PartitionState underWay = begin(walked);
        PartitionState cut = begin(A);
        PartitionState unanswered = begin(B);
        PartitionState refused = begin(C);
        plan.leave(cut);
        plan.skip(refused);
        plan.leaveUnanswered(unanswered);
        interpose(List.of(CHANGES));
        plan.unstored().take();

        plan.finish(begin(CHANGES));
        plan.endScope("inbox");

        assertThat(plan.unstored().take().partitions())
                .allMatch(PartitionRecord::done)
                .extracting(PartitionRecord::partition)
                .containsExactlyInAnyOrder(CHANGES, A, B, C, waiting, walked);
        plan.finish(underWay);
        assertThat(plan.isAllSkipped(true)).isFalse();
        walk(other);
        assertNothingIsLeft();
    }

    /** Of a folder that is new and that nobody may read the others know nothing, though they had no changes. */
    @Test
    void anIncrementalJobThatReadOneFoldersChangesAndMayNotReadAnotherHasReadSomething() {
        plan.append(List.of(Partition.changes("sent", "mark"), PIN, A));
        walk(Partition.changes("sent", "mark"), PIN);

        plan.skip(begin(A));

        assertThat(plan.isAllSkipped(false)).isFalse();
        assertThat(plan.isAllSkipped(true)).as("for one of everything").isTrue();
    }

    @Test
    void changesOfAFolderWhoseWindowsNobodyMayReadSayNothing() {
        plan.append(List.of(CHANGES, A));
        walk(CHANGES);

        plan.skip(begin(A));

        assertThat(plan.isAllSkipped(false)).isTrue();
    }

    @Test
    void aWindowThatWasCutUpIsNoneThatWasRead() {
        plan.append(List.of(FOLDERS));
        plan.replace(begin(FOLDERS), List.of(A, B));
        plan.skip(begin(A));
        plan.skip(begin(B));
        assertThat(plan.isAllSkipped(true)).isTrue();
        plan.append(List.of(C));

        walk(C);

        assertThat(plan.isAllSkipped(true)).isFalse();
    }

    @Test
    void whatAnEarlierRunReadCountsToo() {
        plan.load(List.of(stored(CHANGES, 0, true), stored(A, 1, false)));
        plan.skip(begin(A));
        assertThat(plan.isAllSkipped(false)).isTrue();

        JobCounts five = new JobCounts(5, 5, 0, 0);
        plan.load(List.of(new PartitionRecord(B, 2, Position.START, true, 1, five, five)));

        assertThat(plan.isAllSkipped(true)).isFalse();
    }

    /** Read in a later run they would put an ordinary mark in the place of the one that says that the scope ended. */
    @Test
    void olderChangesOfAScopeThatEndedThatNobodyAnsweredForAreReadInNoRun() {
        plan.append(List.of(CHANGES, A));
        plan.leaveUnanswered(begin(CHANGES));
        Partition last = new Partition("left:x", Partition.Kind.CHANGES, "inbox", null, null, "mark");
        interpose(List.of(last));

        plan.finish(begin(last));
        plan.endScope("inbox");

        assertNothingIsLeft();
    }

    /** Both end with a mark of the scope, and the later one stays. */
    @Test
    void aMarkIsNotTakenBesideChangesOfItsScope() {
        plan.append(List.of(PIN, A));
        PartitionState pin = begin(PIN);
        interpose(List.of(CHANGES));

        assertThat(plan.next(true)).isNull();

        plan.finish(pin);
        walk(CHANGES);
        walk(A);
        assertNothingIsLeft();
    }

    @Test
    void aWindowThatWasCutUpIsNoneThatWasReadInAnotherRunEither() {
        plan.append(List.of(FOLDERS));
        plan.replace(begin(FOLDERS), List.of(A, B));
        PlanProgress next = new PlanProgress(JobCounts.ZERO, 0);
        next.load(plan.unstored().take().partitions());

        next.skip(Objects.requireNonNull(next.next(true)));
        next.skip(Objects.requireNonNull(next.next(true)));

        assertThat(next.isAllSkipped(true)).isTrue();
    }

    @Test
    void marksBehindAWindowThatWaitsForRoomWaitToo() {
        Partition later = Partition.pin("sent");
        plan.append(List.of(PIN, A, later));
        PartitionState mark = plan.next(false);
        assertThat(mark).extracting(PartitionState::partition).isEqualTo(PIN);
        plan.finish(Objects.requireNonNull(mark));

        assertThat(plan.next(false)).isNull();
        assertThat(plan.activeWindows()).isZero();
        assertThat(plan.next(true)).extracting(PartitionState::partition).isEqualTo(A);
        assertThat(plan.activeWindows()).isEqualTo(1);
        assertThat(plan.next(false)).extracting(PartitionState::partition).isEqualTo(later);
    }

    @Test
    void changesDoNotWaitWhereWindowsDo() {
        Partition changes = Partition.changes("sent", "mark");
        plan.append(List.of(A, B, changes));

        assertThat(plan.next(false)).extracting(PartitionState::partition).isEqualTo(changes);
        assertThat(plan.next(false)).isNull();
    }
}
