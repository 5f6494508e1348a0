package io.feiqian.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.bank.contract.DrainRecord;
import io.feiqian.bank.contract.OwnedRange;
import io.feiqian.bank.contract.ProcessRecord;
import io.feiqian.bank.contract.RegisteredInstance;
import io.feiqian.bank.contract.RegistryView;
import io.feiqian.bank.contract.RouteRecord;
import io.feiqian.bank.contract.ShowInstanceResponse;
import io.feiqian.cli.InstanceView.Registered;
import io.feiqian.cli.InstanceView.State;
import io.feiqian.cli.SlotSpan.Claim;
import io.feiqian.cli.SlotSpan.Verdict;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What operators are told of slots and instances, by what was said. */
class SlotMapTest {
    private static final RegistryView MAP =
            RegistryView.newBuilder()
                    .setAnswers(true)
                    .setRouteMapVersion(3)
                    .addRoutes(route(0, 4_999, "cell-1", 1))
                    .addRoutes(route(5_000, 9_899, "cell-2", 1))
                    .addRoutes(route(9_901, 9_901, "cell-1", 1))
                    .addInstances(
                            RegisteredInstance.newBuilder()
                                    .setAddress("a:1")
                                    .setInstance("cell-1-1")
                                    .setRole("cell"))
                    .build();

    @Test
    void whatTheMapSaysIsComparedWithWhatTheCellsOwnSlotBySlot() {
        SlotMap map =
                SlotMap.of(
                        MAP,
                        List.of(
                                owning(
                                        "cell-1",
                                        range(0, 3_999, "OPEN", 1),
                                        range(9_901, 9_901, "OPEN", 1)),
                                owning(
                                        "cell-2",
                                        range(3_999, 4_499, "OPEN", 2),
                                        range(5_000, 9_799, "OPEN", 1),
                                        range(9_800, 9_899, "DRAINING", 2))));

        assertThat(map.spans())
                .extracting(each -> each.first() + "-" + each.last() + " " + each.verdict())
                .containsExactly(
                        "0-3998 AGREES",
                        "3999-3999 TWO_OWNERS",
                        "4000-4499 DIFFERS",
                        "4500-4999 NO_OWNER",
                        "5000-9799 AGREES",
                        "9800-9899 DIFFERS",
                        "9901-9901 AGREES");
        assertThat(map.wrong()).hasSize(4);
        assertThat(map.find(4_321).orElseThrow().owned())
                .containsExactly(new Claim("cell-2", "OPEN", 2));
        assertThat(map.find(9_900)).isEmpty();
        assertThat(map.of("cell-2")).hasSize(4);
    }

    @Test
    void ofACellThatDoesNotAnswerNothingIsSaidToBeWrong() {
        SlotMap map =
                SlotMap.of(
                        MAP,
                        List.of(
                                owning(
                                        "cell-1",
                                        range(0, 4_999, "OPEN", 1),
                                        range(9_901, 9_901, "OPEN", 1)),
                                new InstanceAnswer("cell-2", "b:1", Optional.empty())));

        assertThat(map.wrong()).isEmpty();
        assertThat(map.unknown())
                .singleElement()
                .extracting(SlotSpan::verdict)
                .isEqualTo(Verdict.NOT_KNOWN);
    }

    @Test
    void instancesAreShownByWhatTheySayTheSupervisorAndTheRegistry() {
        Fleet fleet =
                Fleet.of(
                        List.of("cell-1", "cell-2"),
                        List.of(
                                answer("cell-1", "a:1", "cell-1-1", "SERVING"),
                                answer("cell-1", "a:2", "cell-1-2", "DRAINED"),
                                new InstanceAnswer("cell-2", "b:1", Optional.empty()),
                                new InstanceAnswer("cell-2", "b:2", Optional.empty())),
                        Fleet.Supervisor.ANSWERS,
                        List.of(
                                process("cell-1-1", "a:1", "RUNNING"),
                                process("cell-2-1", "b:1", "STOPPED"),
                                process("cell-2-2", "b:2", "RUNNING")));

        assertThat(fleet.instances())
                .extracting(InstanceView::name)
                .containsExactly("cell-1-1", "cell-1-2", "cell-2-1", "cell-2-2");
        assertThat(fleet.instances())
                .extracting(InstanceView::state)
                .containsExactly(State.SERVING, State.DRAINED, State.STOPPED, State.SILENT);
        assertThat(fleet.instances().getFirst().registered()).isEqualTo(Registered.CHOSEN);
        assertThat(fleet.instances().get(1).registered()).isEqualTo(Registered.ABSENT);
        assertThat(fleet.instances().get(1).by().orElseThrow().getOperator()).isEqualTo("anna");
        assertThat(fleet.instances().get(2).by().orElseThrow().getOperator()).isEqualTo("berta");
        assertThat(fleet.unserved()).containsExactly("cell-2");
        assertThat(fleet.named("cell-1")).hasSize(2);
        assertThat(fleet.leftUnservedWithout(fleet.named("cell-1-1"))).contains("cell-1");
        assertThat(fleet.leftUnservedWithout(fleet.named("cell-1-2"))).isEmpty();
        assertThat(fleet.leftUnservedWithout(fleet.named("cell-2"))).isEmpty();
    }

    private static InstanceAnswer owning(String cell, OwnedRange... ranges) {
        return new InstanceAnswer(
                cell,
                cell + ":1",
                Optional.of(
                        ShowInstanceResponse.newBuilder()
                                .setCell(cell)
                                .setOwnedKnown(true)
                                .addAllOwned(List.of(ranges))
                                .build()));
    }

    private static InstanceAnswer answer(String cell, String address, String name, String state) {
        ShowInstanceResponse.Builder said =
                ShowInstanceResponse.newBuilder()
                        .setCell(cell)
                        .setInstance(name)
                        .setState(state)
                        .setRegistry(MAP);
        if (!state.equals("SERVING")) {
            said.setDrain(DrainRecord.newBuilder().setOperator("anna").setReason("to look"));
        }
        return new InstanceAnswer(cell, address, Optional.of(said.build()));
    }

    private static ProcessRecord process(String name, String address, String state) {
        return ProcessRecord.newBuilder()
                .setName(name)
                .setAddress(address)
                .setState(state)
                .setOperator(state.equals("STOPPED") ? "berta" : "")
                .build();
    }

    private static RouteRecord route(int first, int last, String owner, long epoch) {
        return RouteRecord.newBuilder()
                .setFirst(first)
                .setLast(last)
                .setOwner(owner)
                .setState("OPEN")
                .setEpoch(epoch)
                .build();
    }

    private static OwnedRange range(int first, int last, String state, long epoch) {
        return OwnedRange.newBuilder()
                .setFirst(first)
                .setLast(last)
                .setState(state)
                .setEpoch(epoch)
                .build();
    }
}
