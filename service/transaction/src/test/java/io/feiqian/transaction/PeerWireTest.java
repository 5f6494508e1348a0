package io.feiqian.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.participant.BranchKey;
import io.feiqian.participant.Content;
import io.feiqian.participant.Standing;
import io.feiqian.rpc.PeerAnswer;
import io.feiqian.rpc.contract.Request;
import io.feiqian.runtime.Randomness;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PeerWireTest {
    @Test
    void everyMessageSurvivesTheWire() {
        for (PeerMessage.Kind kind : PeerMessage.Kind.values()) {
            for (Optional<Epoch> epoch :
                    List.of(Optional.<Epoch>empty(), Optional.of(Epoch.FIRST))) {
                PeerMessage message =
                        new PeerMessage(
                                kind,
                                new Slot(9_000),
                                epoch,
                                new BranchKey(
                                        TraceNumber.of(FixedContext.DAY, new Slot(17), 999, 3),
                                        2,
                                        62),
                                new CellId(99),
                                Long.MIN_VALUE,
                                -1,
                                "ledger.credit",
                                Content.of(new byte[] {0, 1, -1}),
                                FixedContext.DAY,
                                Duration.ofMillis(5),
                                Duration.ofMillis(-7),
                                kind == PeerMessage.Kind.INQUIRY ? "" : "release=b");

                assertThat(PeerWire.message(PeerWire.request(message, ""))).isEqualTo(message);
            }
        }
    }

    @Test
    void everyAnswerSurvivesTheWire() {
        for (Standing standing : Standing.values()) {
            for (OutcomeCode code : OutcomeCode.values()) {
                PeerReply reply = new PeerReply.Answered(code, "why", standing, true);

                assertThat(PeerWire.reply(new PeerAnswer.Replied(PeerWire.reply(reply))))
                        .isEqualTo(reply);
            }
        }
    }

    @Test
    void whatMayHaveArrivedIsUnheardAndWhatNeverLeftIsRefused() {
        assertThat(PeerWire.reply(new PeerAnswer.Failed(OutcomeCode.UNKNOWN, "broken")))
                .isInstanceOf(PeerReply.Unheard.class);
        assertThat(PeerWire.reply(new PeerAnswer.Failed(OutcomeCode.CELL_UNAVAILABLE, "nobody")))
                .isEqualTo(PeerReply.refused(OutcomeCode.CELL_UNAVAILABLE, "nobody"));
    }

    @Test
    void whatIsNoMessageIsRefused() {
        assertThatThrownBy(() -> PeerWire.message(Request.getDefaultInstance()))
                .isInstanceOf(RefusedException.class);
    }

    @Test
    void aListOfBranchesIsReadAsItWasWritten() {
        Randomness random = Randomness.seeded(11);
        for (int round = 0; round < 200; round++) {
            List<BranchSpec> branches = new ArrayList<>();
            int count = random.nextInt(BranchSpec.MOST) + 1;
            for (int i = 1; i <= count; i++) {
                byte[] content = new byte[random.nextInt(50)];
                branches.add(
                        BranchSpec.of(
                                i,
                                new Slot(random.nextInt(Slot.COUNT)),
                                "service-" + random.nextInt(9),
                                Content.of(content)));
            }

            assertThat(BranchList.read(BranchList.write(branches))).isEqualTo(branches);
        }
    }

    @Test
    void aListOfBranchesThatIsCutOrOfANewerVersionIsRefused() {
        byte[] bytes =
                BranchList.write(
                        List.of(BranchSpec.of(1, new Slot(1), "ledger", Content.ofText("x"))));
        byte[] newer = bytes.clone();
        newer[0] = 9;

        assertThatThrownBy(() -> BranchList.read(Arrays.copyOf(bytes, bytes.length - 1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> BranchList.read(newer))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("version 9");
    }
}
