package io.feiqian.cli;

import io.feiqian.bank.contract.ProcessRecord;
import io.feiqian.bank.contract.RegistryView;
import io.feiqian.bank.contract.ShowInstanceResponse;
import io.feiqian.cli.InstanceView.State;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Every instance of every cell, the slots and the route map: a pure function of what the instances
 * and the supervisor said.
 *
 * @param cells the cells' names, in order
 * @param instances of all cells, in order of cells
 * @param slots who owns which slots
 * @param registry the registry as the instance sees it that knows most; empty where none answers
 * @param supervisor who starts processes
 */
public record Fleet(
        List<String> cells,
        List<InstanceView> instances,
        SlotMap slots,
        Optional<RegistryView> registry,
        Supervisor supervisor) {
    /** Copies the lists. */
    public Fleet {
        cells = List.copyOf(cells);
        instances = List.copyOf(instances);
    }

    /** Who starts the processes of this system. */
    public enum Supervisor {
        /** That of {@code dev}, which answers. */
        ANSWERS,
        /** That of {@code dev}, which does not answer. */
        SILENT,
        /** Another service manager, which is not asked. */
        ELSEWHERE
    }

    /**
     * What was said.
     *
     * @param processes what the supervisor keeps; empty where it does not answer or there is none
     */
    static Fleet of(
            List<String> cells,
            List<InstanceAnswer> answers,
            Supervisor supervisor,
            List<ProcessRecord> processes) {
        Optional<RegistryView> registry =
                answers.stream()
                        .flatMap(each -> each.said().stream())
                        .map(ShowInstanceResponse::getRegistry)
                        .max(
                                Comparator.comparing(RegistryView::getAnswers)
                                        .thenComparingLong(RegistryView::getRouteMapVersion));
        return new Fleet(
                cells,
                answers.stream()
                        .map(each ->
                                InstanceView.of(
                                        each,
                                        registry,
                                        processes.stream()
                                                .filter(it ->
                                                        it.getAddress().equals(each.address()))
                                                .findFirst()))
                        .toList(),
                SlotMap.of(registry.orElse(RegistryView.getDefaultInstance()), answers),
                registry,
                supervisor);
    }

    /** The instances of a cell. */
    public List<InstanceView> of(String cell) {
        return instances.stream().filter(each -> each.cell().equals(cell)).toList();
    }

    /** What a name means: an instance by its name, or all instances of a cell; or nothing. */
    public List<InstanceView> named(String name) {
        return instances.stream()
                .filter(each -> each.cell().equals(name) || each.name().equals(name))
                .toList();
    }

    /** The cells of which no instance takes new work. */
    public List<String> unserved() {
        return cells.stream()
                .filter(cell -> of(cell).stream().noneMatch(it -> it.state() == State.SERVING))
                .toList();
    }

    /**
     * The cell that nobody would serve any more without these instances; empty where others serve
     * it, or nobody does already.
     */
    public Optional<String> leftUnservedWithout(List<InstanceView> without) {
        return without.stream()
                .map(InstanceView::cell)
                .filter(cell -> serving(cell).findAny().isPresent())
                .filter(cell -> serving(cell).allMatch(without::contains))
                .findFirst();
    }

    /** Whether the registry's route map and what the cells own differ anywhere. */
    public boolean differs() {
        return !slots.wrong().isEmpty();
    }

    private Stream<InstanceView> serving(String cell) {
        return of(cell).stream().filter(each -> each.state() == State.SERVING);
    }
}
