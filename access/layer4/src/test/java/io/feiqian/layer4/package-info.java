@org.jspecify.annotations.NullMarked
package io.feiqian.layer4;
