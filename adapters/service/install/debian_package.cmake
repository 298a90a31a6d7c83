# `cpack --config build/CPackConfig.cmake`: a .deb of the command with its man pages, completions,
# maps and unit. The library for hosts that embed the engine is not in it.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME sojourn)
set(CPACK_PACKAGE_VENDOR Sojourn)
set(CPACK_PACKAGE_CONTACT "Sojourn maintainers <maintainers@sojourn.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY
    "decides which eSIM operator profile a device must use, and carries it out")
set(CPACK_PACKAGE_DESCRIPTION
    "A compiler and engine for policies about permanent roaming, and an SGP.32 eIM that carries their
 decisions out: rules are checked before they run, decisions are explained and kept as evidence.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL command geodata)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, tzdata")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    "${CMAKE_CURRENT_LIST_DIR}/debian/postinst;${CMAKE_CURRENT_LIST_DIR}/debian/prerm")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
