package io.feiqian.orchestration;

import io.feiqian.runtime.Randomness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Definitions of every shape that is allowed, by chance. */
final class RandomDefinitions {
    private final Randomness random;
    private int count;

    RandomDefinitions(Randomness random) {
        this.random = random;
    }

    Definition next() {
        count = 0;
        List<Step> steps = new ArrayList<>(steps(3, 1 + random.nextInt(4)));
        if (random.nextInt(3) == 0) {
            steps.add(once(name("final"), "work").pointOfNoReturn());
            if (random.nextInt(2) == 0) {
                steps.add(once(name("after"), "work").forward());
                steps.add(
                        Step.parallel(name("behind"))
                                .branch(once(name("after"), "work").forward())
                                .branch(once(name("after"), "work").readOnly().forward()));
            }
        }
        return Definition.named("random", 1).inputs("flag").steps(steps.toArray(Step[]::new));
    }

    private List<Step> steps(int depth, int many) {
        List<Step> all = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            all.add(step(depth));
        }
        return all;
    }

    private Step step(int depth) {
        if (depth == 0 || random.nextInt(2) == 0) {
            return call();
        }
        Step[] inside = steps(depth - 1, 1 + random.nextInt(2)).toArray(Step[]::new);
        return switch (random.nextInt(4)) {
            case 0 ->
                    Step.branch(name("choice"))
                            .when(random.nextInt(2) == 0 ? "flag" : "not flag", inside)
                            .otherwise(steps(depth - 1, random.nextInt(2)).toArray(Step[]::new));
            case 1 -> {
                String index = "i" + count;
                yield Step.loop(name("loop"), index + " < " + random.nextInt(3), 3, index, inside);
            }
            case 2 ->
                    Step.parallel(name("parallel"))
                            .branch(inside)
                            .branch(steps(depth - 1, 1 + random.nextInt(2)).toArray(Step[]::new));
            default ->
                    Step.attempt(name("attempt"), inside)
                            .on(
                                    random.nextInt(3) == 0 ? Set.of("NOT_TODAY") : Set.of(),
                                    "e" + count,
                                    steps(depth - 1, random.nextInt(2)).toArray(Step[]::new));
        };
    }

    private Step call() {
        Step.Call call = once(name("call"), "work");
        return switch (random.nextInt(8)) {
            case 0 -> call.readOnly();
            case 1 -> call.reverse("undo").retry(retry -> retry.givingUpAfter(2));
            case 2 -> call.reverse("undo").retry(retry -> retry.withTries(3));
            case 3 -> call.reverse("undo").forward();
            case 4 -> call.reverse("undo").output("o" + count);
            default -> call.reverse("undo");
        };
    }

    private Step.Call once(String name, String service) {
        return Step.call(name, service)
                .input("{flag: flag}")
                .retry(retry -> retry.withPauses(Duration.ofMillis(1), Duration.ofMillis(4)));
    }

    private String name(String kind) {
        return kind + count++;
    }
}
