package io.feiqian.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.feiqian.governance.Policy;
import io.feiqian.governance.PolicyDocument;
import io.feiqian.governance.PolicyException;
import io.feiqian.governance.Selector;
import io.feiqian.governance.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Documents of policies as they are read and shown. Pure. */
public final class PolicyTexts {
    /** The document of configuration that holds policies. */
    public static final String DOCUMENT = "governance";

    private PolicyTexts() {}

    /**
     * Reads the text of a document; an empty one holds none.
     *
     * @throws PolicyException where it is none
     */
    public static PolicyDocument read(String text) {
        if (text.isBlank()) {
            return PolicyDocument.NONE;
        }
        try {
            JsonNode tree = Json.MAPPER.readTree(text);
            if (tree.isObject()
                    && tree.path("version").asInt(0) == 0
                    && tree.path("policies").isEmpty()) {
                return PolicyDocument.NONE;
            }
        } catch (JsonProcessingException wrong) {
            throw new PolicyException("no JSON: " + wrong.getOriginalMessage());
        }
        return PolicyDocument.parse(text);
    }

    /** Which calls a policy is for, such as {@code service feiqian.bank.Bank, method Transfer}. */
    public static String applies(Policy policy) {
        Selector selector = policy.selector();
        List<String> all = new ArrayList<>();
        add(all, "service", selector.services());
        add(all, "method", selector.methods());
        add(all, "caller", selector.callers());
        add(all, "tenant", selector.tenants());
        add(all, "cell", selector.cells());
        add(all, "label", selector.labels());
        add(all, "parameter", selector.parameters());
        return all.isEmpty() ? "every call" : String.join(", ", all);
    }

    /** At which sides it is applied. */
    public static String sides(Policy policy) {
        return policy.sides().stream()
                .map(Side::name)
                .map(each -> each.toLowerCase(Locale.ROOT))
                .sorted()
                .collect(Collectors.joining(" and "));
    }

    private static void add(List<String> all, String what, Set<String> values) {
        if (!values.isEmpty()) {
            all.add(what + " " + String.join(" or ", new TreeSet<>(values)));
        }
    }

    private static void add(List<String> all, String what, Map<String, Set<String>> values) {
        values.forEach((name, any) -> add(all, what + " " + name + " =", any));
    }
}
