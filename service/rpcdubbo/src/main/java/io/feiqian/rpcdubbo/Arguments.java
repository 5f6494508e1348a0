package io.feiqian.rpcdubbo;

import java.beans.IntrospectionException;
import java.beans.Introspector;
import java.beans.PropertyDescriptor;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Fields of a request over Dubbo, by a path: the argument's place from 0, then names, such as
 * {@code 0.payer.account}. A name is that of a property of a bean, of a component of a record, or
 * of a key of a map, which is what generic calls send.
 */
final class Arguments {
    private Arguments() {}

    /** A field as text; empty where there is none, or where it is more than one value. */
    static String text(Object @Nullable [] all, String path) {
        Iterator<String> steps = List.of(path.split("\\.")).iterator();
        String place = steps.next();
        if (all == null || !place.matches("[0-9]{1,3}") || Integer.parseInt(place) >= all.length) {
            return "";
        }
        Object value = all[Integer.parseInt(place)];
        while (value != null && steps.hasNext()) {
            value = field(value, steps.next());
        }
        return value instanceof CharSequence
                        || value instanceof Number
                        || value instanceof Boolean
                        || value instanceof Character
                        || value instanceof Enum
                ? value.toString()
                : "";
    }

    private static @Nullable Object field(Object of, String name) {
        if (of instanceof Map<?, ?> map) {
            return map.get(name);
        }
        try {
            Optional<Method> read =
                    of.getClass().isRecord() ? component(of, name) : property(of, name);
            return read.isPresent() ? read.get().invoke(of) : null;
        } catch (ReflectiveOperationException | IntrospectionException unreadable) {
            return null;
        }
    }

    private static Optional<Method> component(Object of, String name) {
        return Arrays.stream(of.getClass().getRecordComponents())
                .filter(each -> each.getName().equals(name))
                .map(RecordComponent::getAccessor)
                .findFirst();
    }

    private static Optional<Method> property(Object of, String name) throws IntrospectionException {
        return Arrays.stream(Introspector.getBeanInfo(of.getClass()).getPropertyDescriptors())
                .filter(each -> each.getName().equals(name))
                .map(PropertyDescriptor::getReadMethod)
                .filter(each -> each != null)
                .findFirst();
    }
}
