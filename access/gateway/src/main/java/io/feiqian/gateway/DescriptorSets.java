package io.feiqian.gateway;

import com.google.api.AnnotationsProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.ExtensionRegistry;
import io.feiqian.rpc.contract.Options;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** The services that a gateway serves, from the descriptor sets that their contracts ship. */
public final class DescriptorSets {
    /** The folder on the class path where contracts put their descriptor sets. */
    public static final String FOLDER = "META-INF/feiqian/descriptors/";

    private static final String SUFFIX = ".desc";
    private static final int MOST_FILES = 1_000;

    private DescriptorSets() {}

    /**
     * The services of all descriptor sets on the class path and in these files.
     *
     * @throws IllegalArgumentException where a set cannot be read or does not hold together
     */
    public static List<ServiceDescriptor> load(ClassLoader classPath, List<Path> files) {
        Map<String, byte[]> sets = new TreeMap<>();
        try {
            for (URL each : java.util.Collections.list(classPath.getResources(FOLDER))) {
                sets.putAll(in(each));
            }
            for (Path file : files) {
                sets.put(file.toString(), Files.readAllBytes(file));
            }
        } catch (IOException | URISyntaxException unreadable) {
            throw new IllegalArgumentException("descriptor sets: " + unreadable, unreadable);
        }
        List<ServiceDescriptor> services = new ArrayList<>();
        sets.forEach((name, bytes) -> services.addAll(services(name, bytes)));
        return services;
    }

    /** The options that contracts are read with. */
    static ExtensionRegistry options() {
        ExtensionRegistry options = ExtensionRegistry.newInstance();
        AnnotationsProto.registerAllExtensions(options);
        Options.registerAllExtensions(options);
        return options;
    }

    /** The services of one descriptor set, which holds its imports too. */
    static List<ServiceDescriptor> services(String name, byte[] bytes) {
        ExtensionRegistry options = options();
        try {
            Map<String, FileDescriptorProto> files = new LinkedHashMap<>();
            for (FileDescriptorProto each :
                    FileDescriptorSet.parseFrom(bytes, options).getFileList()) {
                files.put(each.getName(), each);
            }
            if (files.size() > MOST_FILES) {
                throw new IllegalArgumentException(
                        "descriptor set %s: %d files (expected: at most %d)"
                                .formatted(name, files.size(), MOST_FILES));
            }
            Map<String, FileDescriptor> built = new HashMap<>();
            Set<String> begun = new HashSet<>();
            List<ServiceDescriptor> services = new ArrayList<>();
            for (String file : files.keySet()) {
                services.addAll(build(file, files, built, begun).getServices());
            }
            return services;
        } catch (IOException | DescriptorValidationException wrong) {
            throw new IllegalArgumentException(
                    "descriptor set " + name + ": " + wrong.getMessage(), wrong);
        }
    }

    private static FileDescriptor build(
            String name,
            Map<String, FileDescriptorProto> files,
            Map<String, FileDescriptor> built,
            Set<String> begun)
            throws DescriptorValidationException {
        FileDescriptor known = built.get(name);
        if (known != null) {
            return known;
        }
        FileDescriptorProto file = files.get(name);
        if (file == null) {
            throw new IllegalArgumentException(
                    "descriptor set without " + name + " (expected: all imports in it)");
        }
        if (!begun.add(name)) {
            throw new IllegalArgumentException(
                    "descriptor set: %s imports itself (expected: no circle)".formatted(name));
        }
        List<FileDescriptor> imports = new ArrayList<>();
        for (String each : file.getDependencyList()) {
            imports.add(build(each, files, built, begun));
        }
        FileDescriptor descriptor =
                FileDescriptor.buildFrom(file, imports.toArray(FileDescriptor[]::new));
        built.put(name, descriptor);
        return descriptor;
    }

    private static Map<String, byte[]> in(URL folder) throws IOException, URISyntaxException {
        Map<String, byte[]> sets = new HashMap<>();
        if (folder.getProtocol().equals("file")) {
            try (Stream<Path> files = Files.list(Path.of(folder.toURI()))) {
                files.filter(each -> each.toString().endsWith(SUFFIX))
                        .forEach(each -> sets.put(each.toString(), bytes(each)));
            }
        } else if (folder.openConnection() instanceof JarURLConnection jar) {
            JarFile archive = jar.getJarFile();
            for (var entry : java.util.Collections.list(archive.entries())) {
                if (entry.getName().startsWith(FOLDER) && entry.getName().endsWith(SUFFIX)) {
                    try (InputStream content = archive.getInputStream(entry)) {
                        sets.put(archive.getName() + "!" + entry.getName(), content.readAllBytes());
                    }
                }
            }
        }
        return sets;
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
