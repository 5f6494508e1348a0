package io.feiqian.participant;

import io.feiqian.vocabulary.RefusedException;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A record as its parts, each with its name before it. Immutable. */
final class RecordForm extends ValueForm.Present {
    private final Class<?> type;
    private final Constructor<?> constructor;
    private final List<Part> parts;

    private RecordForm(Class<?> type, Constructor<?> constructor, List<Part> parts) {
        this.type = type;
        this.constructor = constructor;
        this.parts = parts;
    }

    private record Part(String name, Method accessor, ValueForm form) {}

    static RecordForm of(Class<?> type, List<java.lang.reflect.Type> inside) {
        RecordComponent[] components = type.getRecordComponents();
        List<Part> parts = new ArrayList<>();
        for (RecordComponent each : components) {
            parts.add(
                    new Part(
                            each.getName(),
                            opened(each.getAccessor()),
                            ValueForm.of(each.getGenericType(), inside)));
        }
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            return new RecordForm(type, opened(type.getDeclaredConstructor(types)), parts);
        } catch (NoSuchMethodException impossible) {
            throw new IllegalStateException(type + ": no record", impossible);
        }
    }

    @Override
    byte[] written(Object value) {
        List<byte[]> written = new ArrayList<>();
        for (Part each : parts) {
            written.add(ValueForm.text(each.name));
            written.add(each.form.write(part(each, value)));
        }
        return ValueForm.framed(written);
    }

    @Override
    public Object read(byte[] bytes) {
        List<byte[]> recorded = ValueForm.parts(bytes);
        Map<String, byte[]> byName = new HashMap<>();
        for (int i = 0; i + 1 < recorded.size(); i += 2) {
            byName.put(new String(recorded.get(i), StandardCharsets.UTF_8), recorded.get(i + 1));
        }
        @Nullable Object[] values = new Object[parts.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(parts.get(i), byName);
        }
        try {
            return constructor.newInstance(values);
        } catch (InvocationTargetException refused) {
            throw new IllegalStateException(
                    "recorded %s: %s (expected: one that may still be made)"
                            .formatted(type.getName(), refused.getTargetException()),
                    refused);
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException(type + ": closed", impossible);
        }
    }

    private @Nullable Object value(Part part, Map<String, byte[]> byName) {
        byte[] recorded = byName.get(part.name);
        if (recorded != null) {
            return part.form.read(recorded);
        }
        if (part.form instanceof ValueForm.OptionalForm) {
            return Optional.empty();
        }
        throw new IllegalStateException(
                "recorded %s: without %s (expected: what is added later is Optional)"
                        .formatted(type.getName(), part.name));
    }

    private static @Nullable Object part(Part part, Object value) {
        try {
            return part.accessor.invoke(value);
        } catch (InvocationTargetException thrown) {
            if (thrown.getTargetException() instanceof RefusedException refused) {
                throw refused;
            }
            throw new IllegalStateException(part.accessor + " failed", thrown);
        } catch (IllegalAccessException impossible) {
            throw new IllegalStateException(part.accessor + ": closed", impossible);
        }
    }

    private static <T extends AccessibleObject> T opened(T member) {
        if (!member.trySetAccessible()) {
            throw new IllegalArgumentException(
                    "record: " + member + " (expected: one that may be called)");
        }
        return member;
    }
}
