package io.feiqian.participant;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that stand for the values of one type: the same bytes for equal values, on every
 * machine, and the value again from its bytes. Simple values are their text; lists, optionals and
 * records are parts with their lengths, a record's parts with their names, so that a record which
 * has gained an optional part since still reads what was recorded before. Immutable.
 */
interface ValueForm {
    /** The bytes of a value of this type. */
    byte[] write(@Nullable Object value);

    /** The value again. */
    @Nullable Object read(byte[] bytes);

    /**
     * The form of a type.
     *
     * @throws IllegalArgumentException where it has none here
     */
    static ValueForm of(Type type) {
        return of(type, List.of());
    }

    /** The form of a type inside others, which it may not contain again. */
    static ValueForm of(Type type, List<Type> inside) {
        if (inside.contains(type)) {
            throw new IllegalArgumentException(
                    type.getTypeName() + " inside itself (expected: values of bounded depth)");
        }
        if (type == void.class || type == Void.class) {
            return new Nothing();
        }
        List<Type> deeper = new ArrayList<>(inside);
        deeper.add(type);
        if (type instanceof ParameterizedType generic && generic.getRawType() == List.class) {
            return new ListForm(of(generic.getActualTypeArguments()[0], deeper));
        }
        if (type instanceof ParameterizedType generic && generic.getRawType() == Optional.class) {
            return new OptionalForm(of(generic.getActualTypeArguments()[0], deeper));
        }
        if (type instanceof Class<?> plain) {
            if (plain.isRecord()) {
                return RecordForm.of(plain, deeper);
            }
            if (plain.isEnum()) {
                return new Text(name -> constant(plain, name), value -> ((Enum<?>) value).name());
            }
            ValueForm simple = SimpleForms.ALL.get(plain);
            if (simple != null) {
                return simple;
            }
        }
        String what = type instanceof GenericArrayType ? "an array of " : "";
        throw new IllegalArgumentException(
                what
                        + type.getTypeName()
                        + " (expected: text, whole or decimal number, date, enum, bytes, Content,"
                        + " record, List or Optional)");
    }

    /** A text's bytes. */
    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Parts with their lengths before them. */
    static byte[] framed(List<byte[]> parts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            for (byte[] each : parts) {
                out.writeInt(each.length);
                out.write(each);
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    /** The parts again. */
    static List<byte[]> parts(byte[] framed) {
        ByteBuffer from = ByteBuffer.wrap(framed);
        List<byte[]> parts = new ArrayList<>();
        while (from.hasRemaining()) {
            int length = from.remaining() < Integer.BYTES ? -1 : from.getInt();
            if (length < 0 || length > from.remaining()) {
                throw new IllegalStateException("recorded value: torn (expected: whole parts)");
            }
            byte[] part = new byte[length];
            from.get(part);
            parts.add(part);
        }
        return parts;
    }

    private static Object constant(Class<?> type, String name) {
        for (Object each : type.getEnumConstants()) {
            if (((Enum<?>) each).name().equals(name)) {
                return each;
            }
        }
        throw new IllegalStateException(
                "recorded value: %s (expected: one of %s)".formatted(name, type.getName()));
    }

    /** No value at all. */
    final class Nothing implements ValueForm {
        @Override
        public byte[] write(@Nullable Object value) {
            return new byte[0];
        }

        @Override
        public @Nullable Object read(byte[] bytes) {
            return null;
        }
    }

    /** A value that is there. */
    abstract class Present implements ValueForm {
        abstract byte[] written(Object value);

        @Override
        public byte[] write(@Nullable Object value) {
            if (value == null) {
                throw new IllegalArgumentException(
                        "value: null (expected: one; Optional where none may be)");
            }
            return written(value);
        }
    }

    /** What its text says. */
    final class Text extends Present {
        private final Function<String, Object> parse;
        private final Function<Object, String> print;

        Text(Function<String, Object> parse, Function<Object, String> print) {
            this.parse = parse;
            this.print = print;
        }

        @Override
        byte[] written(Object value) {
            return text(print.apply(value));
        }

        @Override
        public Object read(byte[] bytes) {
            return parse.apply(new String(bytes, StandardCharsets.UTF_8));
        }
    }

    /** What is bytes already. */
    final class Bytes extends Present {
        private final Function<byte[], Object> wrap;
        private final Function<Object, byte[]> bytes;

        Bytes(Function<byte[], Object> wrap, Function<Object, byte[]> bytes) {
            this.wrap = wrap;
            this.bytes = bytes;
        }

        @Override
        byte[] written(Object value) {
            return bytes.apply(value);
        }

        @Override
        public Object read(byte[] from) {
            return wrap.apply(from);
        }
    }

    /** The values of a list, in order. */
    final class ListForm extends Present {
        private final ValueForm element;

        ListForm(ValueForm element) {
            this.element = element;
        }

        @Override
        byte[] written(Object value) {
            return framed(((List<?>) value).stream().map(element::write).toList());
        }

        @Override
        public Object read(byte[] bytes) {
            return parts(bytes).stream().map(element::read).toList();
        }
    }

    /** A value, or none. */
    final class OptionalForm extends Present {
        private final ValueForm element;

        OptionalForm(ValueForm element) {
            this.element = element;
        }

        @Override
        byte[] written(Object value) {
            return framed(((Optional<?>) value).map(element::write).stream().toList());
        }

        @Override
        public Object read(byte[] bytes) {
            return parts(bytes).stream().findFirst().map(element::read);
        }
    }

    /** Values that have no parts, by their types. */
    final class SimpleForms {
        static final Map<Class<?>, ValueForm> ALL =
                Map.ofEntries(
                        Map.entry(String.class, new Text(text -> text, Object::toString)),
                        Map.entry(long.class, new Text(Long::valueOf, Object::toString)),
                        Map.entry(Long.class, new Text(Long::valueOf, Object::toString)),
                        Map.entry(int.class, new Text(Integer::valueOf, Object::toString)),
                        Map.entry(Integer.class, new Text(Integer::valueOf, Object::toString)),
                        Map.entry(boolean.class, new Text(Boolean::valueOf, Object::toString)),
                        Map.entry(Boolean.class, new Text(Boolean::valueOf, Object::toString)),
                        Map.entry(BigDecimal.class, new Text(BigDecimal::new, Object::toString)),
                        Map.entry(BigInteger.class, new Text(BigInteger::new, Object::toString)),
                        Map.entry(UUID.class, new Text(UUID::fromString, Object::toString)),
                        Map.entry(LocalDate.class, new Text(LocalDate::parse, Object::toString)),
                        Map.entry(
                                LocalDateTime.class,
                                new Text(LocalDateTime::parse, Object::toString)),
                        Map.entry(Instant.class, new Text(Instant::parse, Object::toString)),
                        Map.entry(Duration.class, new Text(Duration::parse, Object::toString)),
                        Map.entry(byte[].class, new Bytes(bytes -> bytes, byte[].class::cast)),
                        Map.entry(
                                Content.class,
                                new Bytes(Content::of, value -> ((Content) value).bytes())));

        private SimpleForms() {}
    }
}
