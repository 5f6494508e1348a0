package io.feiqian.proxy;

import io.feiqian.configuration.ByDefault;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is changed on the way.
 *
 * @param path what the route's path is replaced by; empty for nothing
 * @param host the {@code Host} that backends see; empty for the client's
 * @param set headers of the request, by name; {@code {client}} and {@code {caller}} stand for the
 *     client's address and the caller's name
 * @param remove headers of the request that do not go on
 * @param setAnswer headers of the answer, by name
 * @param removeAnswer headers of the answer that do not go back
 */
public record RewriteConfig(
        Optional<String> path,
        Optional<String> host,
        @ByDefault("{}") Map<String, String> set,
        @ByDefault("[]") List<String> remove,
        @ByDefault("{}") Map<String, String> setAnswer,
        @ByDefault("[]") List<String> removeAnswer) {
    /** Nothing is changed. */
    public static final RewriteConfig NONE =
            new RewriteConfig(
                    Optional.empty(), Optional.empty(), Map.of(), List.of(), Map.of(), List.of());

    /** Refuses headers that cannot be, such as those with line ends. */
    public RewriteConfig {
        set = Map.copyOf(set);
        remove = List.copyOf(remove);
        setAnswer = Map.copyOf(setAnswer);
        removeAnswer = List.copyOf(removeAnswer);
        set.forEach(Names::requireHeader);
        setAnswer.forEach(Names::requireHeader);
        remove.forEach(each -> Names.requireHeader(each, ""));
        removeAnswer.forEach(each -> Names.requireHeader(each, ""));
    }
}
