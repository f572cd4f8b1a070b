// An assistant that is not able to, as a machine: no eyes, no browser, no files, no memory of other conversations.

enum Capability: Rule {
    static let name = "capability"
    static let version = 1

    static func judge(_ scene: Scene) -> Label? {
        let own = scene.isOwnVoice
        if scene.role == .text, !scene.speaksOfMachines { return nil }
        if scene.isAboutPerson || scene.isIdiom { return .mention }
        return own ? .capabilityRefusal : .quoteOrFiction
    }

    static let macros: [String: String] = [
        "i_unable": """
        i cannot|i can't|i can not|i am unable to|i am not able to|i don't have|i do not have|i have no|\
        i lack|i am not capable of|i don't|i do not|i couldn't|i am incapable of|i won't be able to|\
        i will not be able to|i don't currently have|i am not currently able to|i am not equipped|\
        i currently cannot|i currently can't|i also cannot|i also can't|i unfortunately cannot|\
        i unfortunately can't|i simply can't|i simply cannot|i personally cannot|i personally can't|\
        i do not currently have|i also don't have|i also do not have|i myself cannot|i won't|i'm unable to|\
        i'm not able to|i'm not capable of|i'm not equipped|i'm incapable of|i'm not currently able to|\
        i am not
        """
    ]

    static let patterns: [(language: String, sources: [String])] = [
        (
            "en",
            [
                """
                +({i_unable}) ~6 (browse|browsing|open links|open urls|open files|open attachments|access links|access external|\
                access the internet|access websites|access files|access your|access any|access to your|access to any|\
                access to specific|access to external|access to the internet|access to individual|access to personal|\
                access to private|access to the specific|access to images|access to files|access to the full|access to a|\
                see images|see the image|see what|see your|view images|view the|view your|view attachments|\
                hear|watch videos|watch the|listen to|click|visit|download|upload|send emails|send an email|send you|\
                send messages|make phone calls|make calls|physically|execute code|run code|run the code|run it|execute|\
                display images|show images|create images|generate images|draw|produce images|create visual|create an image|\
                create a visual|attach|remember|recall|retain|store|memory of|the ability to|ability to|capability to|\
                capabilities to|set reminders|set alarms|place orders|book|interact with|take screenshots|physical|\
                directly access|directly interact|directly edit|eyes|ears|hands|a camera|a body|create files|save files|\
                open the link|open the file|open that|open pdf|read files|read pdf|scan|search the internet|search the web|\
                check websites|verify|track|look up|create pdf|create a pdf|share files|provide links|see or hear|smell|taste|\
                touch|play audio|play music|provide visual|provide images|provide screenshots|provide a visual|provide diagrams|\
                display|export|render|connect to|log in|login|perform physical|contact|purchase|access)
                """,
                "as (a|an) ~3 (text-based|text based) ~5 , +(i cannot|i can't|i am unable|i'm unable|i am not able|i don't|i'm not able)",
                "+(i am only able to|i can only|i'm only able to|i am limited to|i'm limited to) ~3 (text|generate text|provide text|process text|communicate|work with text|respond|text-based|see what you)",
                "+(i don't see|i do not see|i can't see|i cannot see|i don't have access|i do not have access|i have no access|i can't access|i cannot access|i can't open|i cannot open|i can't view|i cannot view|i can't browse|i cannot browse|i can't watch|i cannot watch|i can't hear|i cannot hear|i can't play|i can't run|i cannot run|i cannot execute|i can't execute|i am not able to access|i'm not able to access|i am unable to access|i'm unable to access|i am not able to see|i am unable to view|i'm unable to view|i am not able to view) ~6",
                "+(i have no) (eyes|body|hands|access|memory|way|internet|ability|camera|physical|recollection)",
                "(sorry|unfortunately|apologize|afraid) ~5 +({i_unable}) ~4 (access|see|view|open|browse|hear|image|images|file|link|links|draw|display|ability|visual|physical|capability|audio|video|previous conversations)",
                "+(no memory|don't remember|do not remember|don't retain|no recollection|can't recall|cannot recall) ~4 (previous|past|earlier|other|our last) ~2 (conversation|conversations|chat|chats|session|sessions|interactions)",
                "+(each conversation|every conversation|this conversation) ~4 (starts|start|begins|is independent|fresh|from scratch|separate)",
                "+(without access to your|without being able to see|without seeing the|without access to the file|without access to the internet) ~8 (i|me)",
            ]
        ),
        (
            "fr",
            [
                "+(je ne peux|je ne suis pas en mesure|je n'ai pas|je ne dispose|je n'ai aucun|je suis incapable|je ne sais pas|il m'est impossible|je ne possède|je ne vois|je ne conserve|je n'ai) ~6 (accès|ouvrir|accéder|consulter|naviguer|voir|afficher|visualiser|télécharger|envoyer|exécuter|me souvenir|capacité|écouter|regarder|images|internet|mémoire|liens|fichiers|fichier|lien|l'image|pièce jointe|dessiner|entendre|yeux|lire|souvenir|conversations)"
            ]
        ),
        (
            "de",
            [
                "(ich) ~3 (kann|habe|besitze|verfüge|sehe|bin) ~8 (keine|kein|keinen|nicht|leider) ~5 +(zugriff|öffnen|sehen|ansehen|anzeigen|abrufen|ausführen|erinnern|bilder|browsen|herunterladen|zugang|aufrufen|anhören|augen|dateien|hören|speichern|surfen|durchsuchen|lesen|einsehen|gedächtnis|verschicken|versenden|senden|anschauen|auf deinen|auf ihre|darauf zugreifen|zugreifen)",
                "(kann ich|habe ich|sehe ich) ~5 (keine|kein|keinen|nicht|leider) ~5 +(zugriff|öffnen|sehen|ansehen|anzeigen|abrufen|ausführen|bilder|zugang|aufrufen|dateien|zugreifen|anhören|lesen|anschauen|senden|verschicken|erinnern)",
            ]
        ),
        (
            "es",
            [
                "+(no puedo|no tengo|no soy capaz|no dispongo|no me es posible|no cuento|no veo|no logro|no estoy en capacidad|no guardo|no podré) ~5 (acceso|abrir|acceder|navegar|ver|visualizar|mostrar|descargar|enviar*|ejecutar|recordar|capacidad|escuchar|imágenes|internet|memoria|enlaces|archivos|archivo|imagen|oír|dibujar|leer|ojos|recuerdo|conversaciones|consultar)"
            ]
        ),
        (
            "it",
            [
                "+(non posso|non ho|non sono in grado|non dispongo|non mi è possibile|non riesco|non vedo|non conservo|non sono capace|non ricordo) ~5 (accesso|aprire|accedere|navigare|vedere|visualizzare|mostrare|scaricare|inviare|eseguire|ricordare|capacità|ascoltare|immagini|internet|memoria|link|file|immagine|sentire|disegnare|leggere|occhi|allegato|conversazioni|allegati|consultare|inviarti|vederla)"
            ]
        ),
        (
            "pt",
            [
                "+(não posso|não tenho|não consigo|não sou capaz|não disponho|não me é possível|não vejo|não guardo|não lembro) ~5 (acesso|abrir|acessar|aceder|navegar|ver|visualizar|mostrar|baixar|enviar|executar|lembrar|capacidade|ouvir|imagens|internet|memória|links|arquivos|arquivo|imagem|desenhar|ler|olhos|ficheiro|ficheiros|anexo|conversas|consultar|assistir|enxergar|link)"
            ]
        ),
        (
            "nl",
            [
                "(ik) ~2 (kan|heb|beschik|zie|ben) ~6 (geen|niet|helaas) ~5 +(toegang|openen|zien|bekijken|tonen|uitvoeren|herinneren|afbeeldingen|browsen|downloaden|bestanden|horen|luisteren|ogen|geheugen|onthouden|surfen|lezen|opzoeken|versturen|in staat|afbeelding|bijlage|bezoeken)",
                "(kan ik|heb ik|zie ik) ~6 (geen|niet|helaas) ~5 +(toegang|openen|zien|bekijken|tonen|uitvoeren|herinneren|afbeeldingen|bestanden|luisteren|onthouden|lezen|versturen|bijlage)",
            ]
        ),
        (
            "pl",
            [
                "+(nie mogę|nie mam|nie jestem w stanie|nie potrafię|nie posiadam|nie widzę|nie pamiętam|nie przechowuję|nie umiem) ~5 (dostępu|otworzyć|otwierać|przeglądać|zobaczyć|wyświetlić|pobrać|wysłać|wysyłać|uruchomić|pamiętać|możliwości|internetu|obrazów|obrazu|plików|pliku|linków|linku|słuchać|posłuchać|zapamiętać|oczu|dostęp|poprzednich|pamięci|obrazka|załącznika|odtworzyć|obejrzeć|odczytać)"
            ]
        ),
        (
            "ru",
            [
                "+(не могу|не имею|нет|не способен|не способна|не вижу|не умею|не в состоянии|не обладаю|не помню|не храню|не запоминаю|у меня отсутствует) ~5 (доступ*|открыть|открывать|просматривать|увидеть|видеть|показать|скачать|отправить|отправлять|выполнить код|запомнить|возможности|интернет*|изображени*|файл*|ссылк*|слушать|прослушать|памяти|глаз|запустить|предыдущ*|прошлы*|картинк*|перейти|посмотреть|вложени*|услышать|просмотреть|рисовать|помнить)"
            ]
        ),
        (
            "zh",
            [
                "(我|目前|暂时) ~6 +(无法|不能|没有办法|没办法|看不到|不具备|没有能力|没有|打不开|听不到|記不住|记不住|不会|無法) ~6 (访问|打开|浏览|查看|看到|上网|联网|下载|发送|执行|运行|记住|播放|听|图片|文件|链接|网页|显示|图像|互联网|画图|记忆|眼睛|生成图片|查询|点击|附件|读取|画|拨打|接收|查阅|看见|之前的对话|看|存储)"
            ]
        ),
        (
            "ja",
            [
                "+(画像|リンク|ファイル|ウェブサイト|インターネット|動画|音声|サイト|写真|ウェブ|添付|コード|以前の会話|過去の会話|メール|ネット|前回|会話) ~18 (できません|できない|ことはできません|見ることができ|開けません|開くこと|閲覧|アクセス|見られません|覚えて|聞くことが|見えません|読み込め|送信でき|保持し|記憶し|拝見|見えな|確認できません|覚えていま)"
            ]
        ),
        (
            "ko",
            [
                "+(이미지|링크|파일|인터넷|웹사이트|사진|동영상|음성|웹|첨부|코드|이전 대화|영상|외부|이메일|그림|메일|지난 대화|오디오|음악) ~22 (수 없|못합니다|불가능|없습니다|어렵습니다|않습니다|못해|없어요|기능이 없)"
            ]
        ),
        (
            "ar",
            [
                "+(لا يمكنني|لا أستطيع|ليس لدي|لا أملك|لا أقدر|غير قادر|لا أرى|لا أتذكر|لا أمتلك|لا أحتفظ) ~4 (الوصول|فتح|تصفح|رؤية|عرض|تحميل|إرسال|تشغيل|تذكر|الصور|الإنترنت|الملفات|الروابط|الاستماع|ذاكرة|الصورة|الملف|القدرة|مشاهدة|سماع|قراءة|المحادثات|عينان|تنزيل|حفظ|استعراض|الرابط|وصول)"
            ]
        ),
    ]
}
