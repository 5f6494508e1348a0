package io.feiqian.orchestration;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * A step of a definition; immutable, and equal where its content is. The name is its place in the
 * definition and part of every sub-number, so it must not change while instances run. Row: D6.4-d.
 */
public sealed interface Step {
    /** Unique in its definition. */
    String name();

    /** The lists of steps inside, in order; empty for a call and an assignment. */
    List<List<Step>> parts();

    /** The same with every name, also of the steps inside, put behind this prefix. */
    Step prefixed(String prefix);

    /** A call of a service by its name. */
    static Call call(String name, String service) {
        return new Call(
                name, service, Optional.empty(), Optional.empty(), Undo.UNSAID, Retry.DEFAULT);
    }

    /** Gives a variable the value of an expression. */
    static Assign assign(String name, String variable, String value) {
        return new Assign(name, variable, expression(name, "value", value));
    }

    /** A choice; the first case whose condition holds is taken. */
    static Branch branch(String name) {
        return new Branch(name, List.of(), List.of());
    }

    /**
     * Repeats steps while a condition holds, at most so many times; still holding then is a failure
     * ({@link Failure#LOOP_LIMIT}). The variable {@code index} counts from 0.
     */
    static Loop loop(String name, String condition, int most, String index, Step... steps) {
        return new Loop(name, expression(name, "while", condition), most, index, List.of(steps));
    }

    /** Runs parts at the same time; it ends when all have ended. */
    static Parallel parallel(String name) {
        return new Parallel(name, List.of());
    }

    /**
     * Steps whose failure is caught: what they completed is reversed, newest first, and then the
     * first handler for the failure's code runs.
     */
    static Catch attempt(String name, Step... steps) {
        return new Catch(name, List.of(steps), List.of());
    }

    /** Steps that are used in several places: their names are put behind this one's. */
    static List<Step> block(String name, List<Step> steps) {
        return prefixedAll(name + "/", steps);
    }

    private static List<Step> prefixedAll(String prefix, List<Step> steps) {
        return steps.stream().map(each -> each.prefixed(prefix)).toList();
    }

    private static Expression expression(String step, String member, String text) {
        try {
            return Expression.of(text);
        } catch (DefinitionException wrong) {
            Flaw flaw = wrong.flaws().get(0);
            throw DefinitionException.of(
                    flaw.code(), "%s.%s, %s".formatted(step, member, flaw.place()), flaw.message());
        }
    }

    private static <T> List<T> with(List<T> all, T one) {
        List<T> more = new ArrayList<>(all);
        more.add(one);
        return List.copyOf(more);
    }

    /**
     * An assignment.
     *
     * @param variable what is given the value
     */
    record Assign(String name, String variable, Expression value) implements Step {
        @Override
        public List<List<Step>> parts() {
            return List.of();
        }

        @Override
        public Step prefixed(String prefix) {
            return new Assign(prefix + name, variable, value);
        }
    }

    /**
     * A call.
     *
     * @param service the service's name
     * @param input what it is given; where empty, an object of all inputs of the definition
     * @param output the variable that is given its answer; where empty, the answer is not kept
     * @param undo how it is undone
     * @param retry how it is repeated
     */
    record Call(
            String name,
            String service,
            Optional<Expression> input,
            Optional<String> output,
            Undo undo,
            Retry retry)
            implements Step {
        /** The same with this input. */
        public Call input(String text) {
            return new Call(
                    name,
                    service,
                    Optional.of(expression(name, "input", text)),
                    output,
                    undo,
                    retry);
        }

        /** The same, its answer kept in this variable. */
        public Call output(String variable) {
            return new Call(name, service, input, Optional.of(variable), undo, retry);
        }

        /** The same, undone by this service. */
        public Call reverse(String reversing) {
            return new Call(name, service, input, output, Undo.by(reversing), retry);
        }

        /** The same, without any effect that would have to be undone. */
        public Call readOnly() {
            return new Call(name, service, input, output, Undo.READ_ONLY, retry);
        }

        /** The same, which cannot be undone: behind it there is only forward. */
        public Call pointOfNoReturn() {
            return new Call(name, service, input, output, Undo.NEVER, retry);
        }

        /** The same, tried for ever instead of failing. */
        public Call forward() {
            return retry(Retry::goingForward);
        }

        /** The same, repeated in another way. */
        public Call retry(UnaryOperator<Retry> change) {
            return new Call(name, service, input, output, undo, change.apply(retry));
        }

        @Override
        public List<List<Step>> parts() {
            return List.of();
        }

        @Override
        public Step prefixed(String prefix) {
            return new Call(prefix + name, service, input, output, undo, retry);
        }
    }

    /**
     * One case of a branch.
     *
     * @param when the condition
     * @param steps what is done where it holds
     */
    record Case(Expression when, List<Step> steps) {
        /** Copies the list. */
        public Case {
            steps = List.copyOf(steps);
        }
    }

    /**
     * A choice.
     *
     * @param cases tried in order
     * @param otherwise what is done where no case holds
     */
    record Branch(String name, List<Case> cases, List<Step> otherwise) implements Step {
        /** Copies the lists. */
        public Branch {
            cases = List.copyOf(cases);
            otherwise = List.copyOf(otherwise);
        }

        /** The same with a further case. */
        public Branch when(String condition, Step... steps) {
            Expression read = expression(name, "when", condition);
            return new Branch(name, with(cases, new Case(read, List.of(steps))), otherwise);
        }

        /** The same with these steps where no case holds. */
        public Branch otherwise(Step... steps) {
            return new Branch(name, cases, List.of(steps));
        }

        @Override
        public List<List<Step>> parts() {
            return with(cases.stream().map(Case::steps).toList(), otherwise);
        }

        @Override
        public Step prefixed(String prefix) {
            return new Branch(
                    prefix + name,
                    cases.stream()
                            .map(each -> new Case(each.when(), prefixedAll(prefix, each.steps())))
                            .toList(),
                    prefixedAll(prefix, otherwise));
        }
    }

    /**
     * A repetition.
     *
     * @param condition holds before each iteration
     * @param most how many iterations there may be
     * @param index the variable that counts them, from 0
     * @param steps one iteration
     */
    record Loop(String name, Expression condition, int most, String index, List<Step> steps)
            implements Step {
        /** Copies the list. */
        public Loop {
            steps = List.copyOf(steps);
        }

        @Override
        public List<List<Step>> parts() {
            return List.of(steps);
        }

        @Override
        public Step prefixed(String prefix) {
            return new Loop(prefix + name, condition, most, index, prefixedAll(prefix, steps));
        }
    }

    /**
     * Parts that run at the same time. Each sees the variables as they were before; what it assigns
     * is seen behind the end of all.
     *
     * @param branches the parts
     */
    record Parallel(String name, List<List<Step>> branches) implements Step {
        /** Copies the lists. */
        public Parallel {
            branches = branches.stream().map(List::copyOf).toList();
        }

        /** The same with a further part. */
        public Parallel branch(Step... steps) {
            return new Parallel(name, with(branches, List.of(steps)));
        }

        @Override
        public List<List<Step>> parts() {
            return branches;
        }

        @Override
        public Step prefixed(String prefix) {
            return new Parallel(
                    prefix + name,
                    branches.stream().map(each -> prefixedAll(prefix, each)).toList());
        }
    }

    /**
     * What is done about a caught failure. The variable holds its {@link Failure#code}, {@link
     * Failure#message} and {@link Failure#step}.
     *
     * @param codes the failure codes that it is for; where empty, every code
     * @param error the variable that holds the failure, an object of three texts
     * @param steps what is done
     */
    record Handler(Set<String> codes, String error, List<Step> steps) {
        /** Copies the collections. */
        public Handler {
            codes = Collections.unmodifiableSet(new TreeSet<>(codes));
            steps = List.copyOf(steps);
        }

        boolean isFor(String code) {
            return codes.isEmpty() || codes.contains(code);
        }
    }

    /**
     * Steps whose failure is caught.
     *
     * @param steps what may fail
     * @param handlers tried in order; a failure that none is for goes on outwards
     */
    record Catch(String name, List<Step> steps, List<Handler> handlers) implements Step {
        /** Copies the lists. */
        public Catch {
            steps = List.copyOf(steps);
            handlers = List.copyOf(handlers);
        }

        /** The same with a further handler, for these codes, or for all where none is named. */
        public Catch on(Set<String> codes, String error, Step... handling) {
            return new Catch(
                    name, steps, with(handlers, new Handler(codes, error, List.of(handling))));
        }

        @Override
        public List<List<Step>> parts() {
            List<List<Step>> all = new ArrayList<>();
            all.add(steps);
            handlers.forEach(each -> all.add(each.steps()));
            return all;
        }

        @Override
        public Step prefixed(String prefix) {
            return new Catch(
                    prefix + name,
                    prefixedAll(prefix, steps),
                    handlers.stream()
                            .map(each ->
                                    new Handler(
                                            each.codes(),
                                            each.error(),
                                            prefixedAll(prefix, each.steps())))
                            .toList());
        }
    }
}
