# Sourced by ./mvnw and ./feiqian: leaves JAVA_HOME pointing at a JDK 25 or newer, or stops with
# a message that says what to install. POSIX sh; looks at JAVA_HOME, then PATH, then the usual folders.

feiqian_jdk_version() {
  # prints the major version of the JDK in $1, or nothing; reads the release file, starts no process of Java
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

feiqian_try_jdk() {
  feiqian_version=$(feiqian_jdk_version "$1")
  [ -n "$feiqian_version" ] && [ "$feiqian_version" -ge 25 ] 2>/dev/null || return 1
  JAVA_HOME=$1
  export JAVA_HOME
}

feiqian_find_jdk() {
  if [ -n "${JAVA_HOME:-}" ] && feiqian_try_jdk "$JAVA_HOME"; then return 0; fi
  feiqian_javac=$(command -v javac 2>/dev/null || true)
  if [ -n "$feiqian_javac" ]; then
    feiqian_javac=$(readlink -f "$feiqian_javac" 2>/dev/null || printf %s "$feiqian_javac")
    feiqian_try_jdk "${feiqian_javac%/bin/javac}" && return 0
  fi
  for feiqian_root in /usr/lib/jvm /usr/java /opt /opt/java /usr/local /usr/local/lib/jvm \
    "${HOME:-/}/.sdkman/candidates/java" "${HOME:-/}/.jdks" /Library/Java/JavaVirtualMachines; do
    [ -d "$feiqian_root" ] || continue
    for feiqian_name in $(ls -1 "$feiqian_root" 2>/dev/null | sort -r); do
      feiqian_try_jdk "$feiqian_root/$feiqian_name" && return 0
      feiqian_try_jdk "$feiqian_root/$feiqian_name/Contents/Home" && return 0
    done
  done
  echo "feiqian: no JDK 25 found in JAVA_HOME, PATH or the usual folders." >&2
  echo "Install a JDK 25 (for instance Eclipse Temurin 25, or your system's openjdk-25-jdk package)," >&2
  echo "or point JAVA_HOME at one, and run the command again." >&2
  return 1
}

feiqian_find_jdk || exit 69
