package io.feiqian.conformance;

import io.feiqian.vocabulary.Requirement;
import java.io.IOException;
import java.lang.classfile.Annotation;
import java.lang.classfile.AnnotationElement;
import java.lang.classfile.AnnotationValue;
import java.lang.classfile.AttributedElement;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Which compiled tests name which requirements, read from class files without loading them, so that
 * one look covers the test classes of every module.
 */
public final class TestIndex {
    private static final String ANNOTATION = Requirement.class.descriptorString();

    private TestIndex() {}

    /**
     * The tests below a checkout, by requirement id: {@code Class} or {@code Class#method} in the
     * order of the alphabet.
     */
    public static Map<String, SortedSet<String>> ofCheckout(Path root) throws IOException {
        Map<String, SortedSet<String>> tests = new TreeMap<>();
        for (Path classes : testClassFolders(root)) {
            try (Stream<Path> files = Files.walk(classes)) {
                for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                    addTestsOf(file, tests);
                }
            }
        }
        return tests;
    }

    private static List<Path> testClassFolders(Path root) throws IOException {
        List<Path> folders = new ArrayList<>();
        try (Stream<Path> wings = Files.list(root)) {
            for (Path wing : wings.filter(Files::isDirectory).toList()) {
                try (Stream<Path> rooms = Files.list(wing)) {
                    rooms.map(room -> room.resolve("target/test-classes"))
                            .filter(Files::isDirectory)
                            .forEach(folders::add);
                }
            }
        }
        return folders;
    }

    private static void addTestsOf(Path file, Map<String, SortedSet<String>> tests)
            throws IOException {
        ClassModel model = ClassFile.of().parse(file);
        String name = model.thisClass().asInternalName();
        String simple = name.substring(name.lastIndexOf('/') + 1).replace('$', '.');
        add(idsOn(model), simple, tests);
        for (MethodModel method : model.methods()) {
            add(idsOn(method), simple + "#" + method.methodName().stringValue(), tests);
        }
    }

    private static void add(List<String> ids, String test, Map<String, SortedSet<String>> tests) {
        for (String id : ids) {
            tests.computeIfAbsent(id, key -> new TreeSet<>()).add(test);
        }
    }

    private static List<String> idsOn(AttributedElement element) {
        return element.findAttribute(Attributes.runtimeVisibleAnnotations()).stream()
                .flatMap(attribute -> attribute.annotations().stream())
                .filter(annotation -> annotation.className().stringValue().equals(ANNOTATION))
                .flatMap(TestIndex::ids)
                .toList();
    }

    private static Stream<String> ids(Annotation annotation) {
        return annotation.elements().stream()
                .map(AnnotationElement::value)
                .flatMap(TestIndex::texts);
    }

    private static Stream<String> texts(AnnotationValue value) {
        return switch (value) {
            case AnnotationValue.OfString text -> Stream.of(text.stringValue());
            case AnnotationValue.OfArray array -> array.values().stream().flatMap(TestIndex::texts);
            default -> Stream.of();
        };
    }
}
