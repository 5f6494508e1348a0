package io.feiqian.rpc;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.feiqian.governance.Call;
import io.feiqian.governance.spi.RequestCheck;
import io.feiqian.rpc.contract.FieldForm;
import io.feiqian.rpc.contract.Options;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Compares requests with their contract (P6.2.3-k): the schema that policies name {@code contract}.
 * A request fits where it has no field and no value of an enumeration that the contract does not
 * know, and every field is as its option {@code feiqian.rpc.form} says. Thread-safe.
 */
public final class ContractCheck implements RequestCheck {
    /** The name of the schema. */
    public static final String SCHEMA = "contract";

    private static final RequestCheck OTHERS = RequestCheck.none();

    /** What a field must look like; made when it is first seen. */
    private record Form(boolean required, int mostChars, Pattern pattern) {
        static Form of(FieldDescriptor field) {
            FieldForm form = field.getOptions().getExtension(Options.form);
            return new Form(
                    form.getRequired(), form.getMostChars(), Pattern.compile(form.getPattern()));
        }
    }

    private final Map<FieldDescriptor, Form> forms = new ConcurrentHashMap<>();

    @Override
    public String wrong(String schema, Call call) {
        if (!schema.equals(SCHEMA)) {
            return OTHERS.wrong(schema, call);
        }
        return call instanceof GovernedCall known && known.request().isPresent()
                ? wrong("", known.request().get())
                : "request: none that can be looked at (expected: one message)";
    }

    private String wrong(String path, Message message) {
        if (!message.getUnknownFields().asMap().isEmpty()) {
            return path
                    + "field "
                    + message.getUnknownFields().asMap().keySet().iterator().next()
                    + ": unknown (expected: a field of "
                    + message.getDescriptorForType().getFullName()
                    + ")";
        }
        for (FieldDescriptor each : message.getDescriptorForType().getFields()) {
            String wrong = wrong(path + each.getName(), message, each);
            if (!wrong.isEmpty()) {
                return wrong;
            }
        }
        return "";
    }

    private String wrong(String name, Message message, FieldDescriptor field) {
        Form form = forms.computeIfAbsent(field, Form::of);
        boolean there =
                field.isRepeated()
                        ? message.getRepeatedFieldCount(field) > 0
                        : field.hasPresence()
                                ? message.hasField(field)
                                : !message.getField(field).equals(field.getDefaultValue());
        if (!there) {
            return form.required() ? name + ": not there (expected: a value)" : "";
        }
        Object value = message.getField(field);
        if (!(value instanceof Collection<?> all)) {
            return wrong(name, form, value);
        }
        for (Object each : all) {
            String wrong = wrong(name, form, each);
            if (!wrong.isEmpty()) {
                return wrong;
            }
        }
        return "";
    }

    /** What came is not repeated: it may be what nobody is to read in a log. */
    private String wrong(String name, Form form, Object value) {
        return switch (value) {
            case Message inner -> wrong(name + ".", inner);
            case EnumValueDescriptor known when known.getIndex() < 0 ->
                    name
                            + ": an unknown value (expected: one of "
                            + known.getType().getName()
                            + ")";
            case String text when form.mostChars() > 0 && text.length() > form.mostChars() ->
                    "%s: %d characters (expected: at most %d)"
                            .formatted(name, text.length(), form.mostChars());
            case String text
                    when !form.pattern().pattern().isEmpty()
                            && !form.pattern().matcher(text).matches() ->
                    name + ": of another form (expected: " + form.pattern() + ")";
            default -> "";
        };
    }
}
