package io.feiqian.governance;

import io.feiqian.governance.spi.RequestCheck;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a request must look like. */
final class SchemaCheck extends Check {
    private record FieldCheck(String name, Rule.Field rule, Pattern pattern) {}

    private final Rule.Schema rule;
    private final RequestCheck check;
    private final List<FieldCheck> fields = new ArrayList<>();

    SchemaCheck(Policy policy, Rule.Schema rule, RequestCheck check) {
        super(policy);
        this.rule = rule;
        this.check = check;
        rule.fields()
                .forEach((name, field) ->
                        fields.add(new FieldCheck(name, field, Pattern.compile(field.pattern()))));
    }

    @Override
    @Nullable Decision judge(Admitted passage, int next) {
        if (!rule.check()) {
            return null;
        }
        String wrong = wrong(passage.call());
        if (wrong.isEmpty()) {
            counters.admitted.increment();
            return null;
        }
        return refuse(OutcomeCode.AGAINST_SCHEMA, wrong, 0);
    }

    @Override
    String state() {
        return rule.check() ? "on" : "off";
    }

    private String wrong(Call call) {
        for (FieldCheck each : fields) {
            String value = call.parameter(each.name);
            if (value.isEmpty()) {
                if (each.rule.required()) {
                    return each.name + ": not there (expected: a value)";
                }
                continue;
            }
            // What came is not repeated: it may be what nobody is to read in a log.
            if (value.length() > each.rule.mostChars()) {
                return each.name
                        + ": "
                        + value.length()
                        + " characters (expected: at most "
                        + each.rule.mostChars()
                        + ")";
            }
            if (!each.rule.pattern().isEmpty() && !each.pattern.matcher(value).matches()) {
                return each.name + ": of another form (expected: " + each.rule.pattern() + ")";
            }
        }
        return rule.name().isEmpty() ? "" : check.wrong(rule.name(), call);
    }
}
