package io.feiqian.orchestration;

import java.util.ArrayList;
import java.util.List;

/**
 * The simplest orchestration: steps one after the other, each with the service that reverses it. A
 * step that is refused has the completed ones reversed, newest first (冲正模式). Rows: B11.2-a, D7.1-b.
 *
 * <p>Immutable: each method gives a new one.
 */
public final class Saga {
    private final String name;
    private final int version;
    private final List<String> inputs;
    private final List<Step> steps;

    private Saga(String name, int version, List<String> inputs, List<Step> steps) {
        this.name = name;
        this.version = version;
        this.inputs = List.copyOf(inputs);
        this.steps = List.copyOf(steps);
    }

    /** Begins a saga. */
    public static Saga named(String name, int version) {
        return new Saga(name, version, List.of(), List.of());
    }

    /** With these variables to be given at the start; a step is given all of them by default. */
    public Saga inputs(String... names) {
        return new Saga(name, version, List.of(names), steps);
    }

    /** With a further step: this service, reversed by that one. */
    public Saga step(String step, String service, String reversal) {
        return step(Step.call(step, service).reverse(reversal));
    }

    /** With a further step. */
    public Saga step(Step.Call step) {
        List<Step> more = new ArrayList<>(steps);
        more.add(step);
        return new Saga(name, version, inputs, more);
    }

    /**
     * The definition.
     *
     * @throws DefinitionException with every flaw that was found
     */
    public Definition definition() {
        return new Definition(name, version, inputs, steps);
    }
}
